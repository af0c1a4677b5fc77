/** The judge of each wire format: a line for each, with the name that the format has in `wire/table.ts`. */
export { judgeChat as chat } from './chat.ts';
export { judgeGemini as gemini } from './gemini.ts';
export { judgeMessages as messages } from './messages.ts';
export { judgeResponses as responses } from './responses.ts';
