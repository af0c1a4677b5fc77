/**
 * How closely a model looks at an image, which decides what the image costs: the field `detail` of OpenAI's formats. A client
 * of one of them may be answered by an upstream of the other, so the field stays at the block in between. Pure.
 */
import type { ContentBlock, ImageBlock } from '../anthropic/request.ts';

/** The values of OpenAI's API reference. An absent one means `auto`. */
const details = ['auto', 'low', 'high', 'original'] as const;
export type ImageDetail = (typeof details)[number];

/** The image with the client's `detail`; without it if it is none of the known values, or `auto`. */
export function withDetail(image: ImageBlock, given: unknown): ImageBlock {
  const detail = known(given);
  return detail === undefined || detail === 'auto' ? image : { ...image, detail };
}

/** What the client asked for; `auto` if nothing. */
export function detailOf({ detail }: ImageBlock): ImageDetail {
  return known(detail) ?? 'auto';
}

/** The block for a format that has no such field. */
export function withoutDetail(block: ContentBlock): ContentBlock {
  if (block.type !== 'image' || !('detail' in block)) return block;
  const { detail: _, ...rest } = block;
  return rest;
}

function known(given: unknown): ImageDetail | undefined {
  return details.find((one) => one === given);
}
