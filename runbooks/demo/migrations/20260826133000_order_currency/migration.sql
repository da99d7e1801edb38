-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "currency" CHAR(3) NOT NULL DEFAULT 'EUR';
