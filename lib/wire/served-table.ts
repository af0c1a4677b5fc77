/** The formats that clients speak: a line for each, with its endpoints. None of them is loaded by this. */
export { endpoints as chat } from './chat/served/endpoints.ts';
export { endpoints as messages } from './messages/served/endpoints.ts';
export { endpoints as responses } from './responses/served/endpoints.ts';
export { endpoints as gemini } from './gemini/served/endpoints.ts';
