/** The wire formats: a line for each, with its name and its folder. Everything that lists them is derived from this. */
export { chat } from './chat/format.ts';
export { gemini } from './gemini/format.ts';
export { messages } from './messages/format.ts';
export { responses } from './responses/format.ts';
