# bench/local.mk - measurements that are run by hand.
