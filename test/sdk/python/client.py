"""Asks a proxy as the vendors' Python SDKs do, and prints what each of them heard: one line of JSON per question."""

import json
import sys

import anthropic
import openai
from google import genai
from google.genai import errors as google_errors
from google.genai import types

URL, KEY = sys.argv[1:]
MODEL = "claude-sonnet-5"
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}

claude = anthropic.Anthropic(base_url=URL, api_key=KEY, max_retries=0)
gpt = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
gemini = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=URL))


def ask_messages(prompt, stream):
    body = dict(
        model=MODEL,
        max_tokens=1000,
        messages=[{"role": "user", "content": prompt}],
        tools=[{"name": "Read", "description": "Reads.", "input_schema": SCHEMA}],
    )
    if stream:
        with claude.messages.stream(**body) as events:
            message = events.get_final_message()
    else:
        message = claude.messages.create(**body)
    return {
        "text": "".join(block.text for block in message.content if block.type == "text"),
        "calls": [[block.name, block.input] for block in message.content if block.type == "tool_use"],
        "finish": message.stop_reason,
        "tokens": [message.usage.input_tokens + (message.usage.cache_read_input_tokens or 0), message.usage.output_tokens],
    }


def ask_chat(prompt, stream):
    body = dict(
        model=MODEL,
        messages=[{"role": "user", "content": prompt}],
        tools=[{"type": "function", "function": {"name": "Read", "parameters": SCHEMA}}],
    )
    if stream:
        with gpt.chat.completions.stream(**body, stream_options={"include_usage": True}) as events:
            for _ in events:
                pass
            completion = events.get_final_completion()
    else:
        completion = gpt.chat.completions.create(**body)
    choice = completion.choices[0]
    return {
        "text": choice.message.content or "",
        "calls": [[c.function.name, json.loads(c.function.arguments)] for c in choice.message.tool_calls or []],
        "finish": choice.finish_reason,
        "tokens": [completion.usage.prompt_tokens, completion.usage.completion_tokens],
    }


def ask_responses(prompt, stream):
    body = dict(
        model=MODEL,
        input=prompt,
        store=False,
        tools=[{"type": "function", "name": "Read", "parameters": SCHEMA, "strict": False}],
    )
    if stream:
        with gpt.responses.stream(**body) as events:
            for _ in events:
                pass
            response = events.get_final_response()
    else:
        response = gpt.responses.create(**body)
    if response.status == "failed":
        raise RuntimeError(response.error.message)
    return {
        "text": response.output_text,
        "calls": [[i.name, json.loads(i.arguments)] for i in response.output if i.type == "function_call"],
        "finish": response.status,
        "tokens": [response.usage.input_tokens, response.usage.output_tokens],
    }


def ask_gemini(prompt, stream):
    declared = types.FunctionDeclaration(name="Read", description="Reads.", parameters_json_schema=SCHEMA)
    body = dict(
        model=MODEL,
        contents=prompt,
        config=types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])]),
    )
    if stream:
        chunks = list(gemini.models.generate_content_stream(**body))
    else:
        chunks = [gemini.models.generate_content(**body)]
    parts = [part for chunk in chunks for c in chunk.candidates or [] for part in (c.content.parts or [])]
    finishes = [c.finish_reason.value for chunk in chunks for c in chunk.candidates or [] if c.finish_reason]
    usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata][-1]
    return {
        "text": "".join(part.text or "" for part in parts if not part.thought),
        "calls": [[part.function_call.name, part.function_call.args] for part in parts if part.function_call],
        "finish": finishes[-1],
        "tokens": [usage.prompt_token_count, (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)],
    }


ASKS = {"messages": ask_messages, "chat": ask_chat, "responses": ask_responses, "gemini": ask_gemini}
MODELS = {
    "messages": lambda: [model.id for model in claude.models.list()],
    "chat": lambda: [model.id for model in gpt.models.list()],
    "responses": lambda: [model.id for model in gpt.models.list()],
    "gemini": lambda: [gemini.models.get(model=model.name).name for model in gemini.models.list()],
}
FAILURES = (anthropic.APIError, openai.APIError, google_errors.APIError, RuntimeError)

for line in sys.stdin:
    question = json.loads(line)
    try:
        if "prompt" in question:
            heard = ASKS[question["served"]](question["prompt"], question["stream"])
        else:
            heard = {"models": MODELS[question["served"]]()}
    except FAILURES as error:
        status = getattr(error, "status_code", None) or getattr(error, "code", None)
        heard = {"failed": type(error).__name__, "status": status if isinstance(status, int) else None, "words": str(error)}
    print(json.dumps(heard), flush=True)
