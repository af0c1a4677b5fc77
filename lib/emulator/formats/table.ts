/** The wire formats that the emulator serves: a line for each, with the name that the format has in `wire/table.ts`. */
export { chat } from './chat.ts';
export { gemini } from './gemini.ts';
export { messages } from './messages.ts';
export { responses } from './responses.ts';
