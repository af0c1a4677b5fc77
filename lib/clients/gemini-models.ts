/** The settings of Gemini CLI about models: what `/model` offers, and when a conversation is compressed. Pure. */
import { toNumber, toObject, type JsonObject } from '../json.ts';
import type { OfferedModel } from './offered-models.ts';

/** The models that `/model` of 0.61.0 offers by itself. The proxy would not know them. */
const builtIn = [
  'gemini-3.1-flash-lite',
  'gemini-3.5-flash-lite',
  'gemini-3.1-pro-preview',
  'gemini-3-pro-preview',
  'gemini-3-flash-preview',
  'gemini-3.5-flash',
  'gemini-3.8-flash',
  'gemini-2.5-pro',
  'gemini-2.5-flash',
  'gemini-2.5-flash-lite',
  'gemma-4-31b-it',
  'gemma-4-26b-a4b-it',
  'auto',
];

/** Tokens that the client takes for the window of every model that it does not know. */
const assumedWindow = 1_048_576;
/** The part of that window at which the client compresses a conversation, unless the user has set another. */
const usualThreshold = 0.5;
/** The part of the real window at which it should, so that the answer and the summary have room. */
const safeThreshold = 0.75;

/** `chosen` is the id that the launch starts with, whose window counts; `own` are the user's settings. */
export function modelSettings(models: readonly OfferedModel[], chosen: string, own: JsonObject): JsonObject {
  const window = (models.find(({ id }) => id === chosen) ?? models[0])?.contextWindow ?? assumedWindow;
  const wanted = toNumber(toObject(own['model'])['compressionThreshold']) ?? usualThreshold;
  const threshold = Math.min(wanted, (safeThreshold * window) / assumedWindow);
  return {
    model: { compressionThreshold: Number(threshold.toFixed(4)) },
    // Without it, the client ignores the definitions.
    experimental: { dynamicModelConfiguration: true },
    modelConfigs: {
      modelDefinitions: {
        ...Object.fromEntries(builtIn.map((id) => [id, { isVisible: false }])),
        ...Object.fromEntries(models.map((model) => [model.id, definition(model)])),
      },
    },
  };
}

function definition({ label, description, images, efforts }: OfferedModel): JsonObject {
  return {
    displayName: label,
    dialogDescription: description,
    tier: 'custom',
    family: 'custom',
    isPreview: false,
    isVisible: true,
    features: { thinking: efforts.length > 0, multimodalToolUse: images },
  };
}
