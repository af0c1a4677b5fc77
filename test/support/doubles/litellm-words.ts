/** What LiteLLM says itself, at either endpoint. */
import type { Violation } from './double.ts';

/** What follows every refusal that its router forwards: BerriAI/litellm#14056. */
export function routerWords(model: string): string {
  return `Received Model Group=${model}\nAvailable Model Group Fallbacks=None`;
}

/** A parameter that it knows, and does not for this vendor: kaiko-ai/eva#895. */
export function unsupported(vendor: string, param: string, model: string): Violation {
  return {
    message: `litellm.UnsupportedParamsError: ${vendor} does not support parameters: ['${param}'], for model=${model}. To drop these, set \`litellm.drop_params=True\` or for proxy:\n\n\`litellm_settings:\n drop_params: true\`\n. \n If you want to use these params dynamically send allowed_openai_params=['${param}'] in your request. ${routerWords(model)}`,
  };
}
