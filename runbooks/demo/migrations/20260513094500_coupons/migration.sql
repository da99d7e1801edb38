-- CreateTable
CREATE TABLE "coupons" (
    "code" TEXT NOT NULL,
    "percent" INTEGER NOT NULL,
    "valid_until" TIMESTAMP(3),
    "note" TEXT,

    CONSTRAINT "coupons_pkey" PRIMARY KEY ("code")
);
