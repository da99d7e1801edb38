# tests/fuzz/local.mk - fuzz targets; "make check" replays their corpora.
