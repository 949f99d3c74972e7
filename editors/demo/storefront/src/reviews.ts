import { prisma } from "./lib/prisma.js";

async function authorName(authorId: string): Promise<string> {
  const author = await prisma.shopper.findUnique({ where: { id: authorId } });
  return author?.name ?? "a former shopper";
}

/** The reviews below a product, newest first. */
export async function reviewFeed(productId: string) {
  const reviews = await prisma.review.findMany({
    where: { productId },
    orderBy: { createdAt: "desc" },
    take: 20,
  });
  const feed: { author: string; stars: number; body: string }[] = [];
  for (const review of reviews) {
    feed.push({ author: await authorName(review.authorId), stars: review.stars, body: review.body });
  }
  return feed;
}

/** The shopper's own reviews, newest first. */
export async function myReviews(authorId: string) {
  return prisma.review.findMany({
    where: { authorId },
    orderBy: { createdAt: "desc" },
    take: 20,
  });
}
