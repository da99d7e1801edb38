-- AlterTable
ALTER TABLE "products" ADD COLUMN     "description" TEXT,
ADD COLUMN     "active" BOOLEAN NOT NULL DEFAULT true;
