import { prisma } from "./lib/prisma.js";

/** The start page: every brand with its products. */
export async function shelves() {
  const brands = await prisma.brand.findMany({ orderBy: { name: "asc" } });
  return Promise.all(
    brands.map(async (brand) => ({
      name: brand.name,
      products: await prisma.product.findMany({ where: { brandId: brand.id } }),
    })),
  );
}

/** The products of the brands a shopper has picked. */
export async function productsOf(brandIds: string[]) {
  const products = await prisma.product.findMany({ where: { brandId: { in: brandIds } } });
  return brandIds.map((id) => products.filter((product) => product.brandId === id));
}
