import { prisma } from "./lib/prisma.js";

export interface CartLine {
  name: string;
  quantity: number;
  cents: number;
}

/** What the cart page shows. */
export async function cartLines(cartId: string): Promise<CartLine[]> {
  const items = await prisma.cartItem.findMany({ where: { cartId } });
  const lines: CartLine[] = [];
  for (const item of items) {
    const product = await prisma.product.findUnique({ where: { id: item.productId } });
    if (!product) continue;
    lines.push({ name: product.name, quantity: item.quantity, cents: item.quantity * product.priceCents });
  }
  return lines;
}

/** What the shopper has to pay. */
export async function cartTotal(cartId: string): Promise<number> {
  const items = await prisma.cartItem.findMany({ where: { cartId }, include: { product: true } });
  let cents = 0;
  for (const item of items) {
    cents += item.quantity * item.product.priceCents;
  }
  return cents;
}
