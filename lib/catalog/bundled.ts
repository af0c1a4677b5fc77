/**
 * The bundled list of OpenCode Go and Zen models, one line per model. Taken on 2026-11-10 from the public catalogues of
 * OpenCode, Pi and models.dev. Removed models stay in the list, with their status, because old configurations name them
 * and the gateway may still serve them under another name.
 *
 * Columns: provider | id | format | context | output | inputs | efforts | price | status | flags | name
 * inputs: t text, i image, p pdf, v video, a audio. price: US dollars per million tokens, input/output/cache read/cache
 * write, of the lowest tier. status: active; unlisted (listed in September 2026, but not in November); retired.
 * flags: plain (does not think), toggle (thinking can be switched off), trains (the provider trains on requests),
 * official-client (works only with OpenCode's own client, so never offered).
 * One correction of the sources: they list only the effort `max` for Kimi K3, which was observed to accept low, high and
 * max.
 */
export const bundled = `
go | claude-haiku-5-5 | messages | 1000000 | 128000 | ti | low,medium,high,xhigh,max | 0.1/0.5/0.01/0.125 | active | - | Claude Haiku 5.5
go | minimax-m3 | messages | 1000000 | 131072 | tiv | - | 0.3/1.2/0.06/0 | active | toggle | MiniMax-M3
go | qwen3.7-plus | messages | 1000000 | 65536 | tiv | - | 0.4/1.6/0.04/0.5 | active | toggle | Qwen3.7 Plus
go | qwen3.8-flash | messages | 1000000 | 131072 | tiv | low,medium,xhigh | 0.15/0.47/0.016/0.2 | active | toggle | Qwen3.8 Flash
go | qwen3.8-max | messages | 1000000 | 131072 | tiv | low,medium,xhigh | 2/6/0.25/2.5 | active | toggle | Qwen3.8 Max
go | gemini-4-argon | gemini | 1048576 | 65536 | ti | low,medium,high | 2/10/0.1/0 | active | - | Gemini 4 Argon
go | beam-free | chat | 1048576 | 131072 | t | low,medium,high,xhigh,max | 0/0/0/0 | active | - | Beam Free
go | deepseek-v4-pro | chat | 1000000 | 384000 | t | high,max | 0.66/1.98/0.022/0 | active | - | DeepSeek V4 Pro
go | deepseek-v4.1-flash | chat | 1000000 | 384000 | ti | low,high,max | 0.15/0.6/0.003/0 | active | - | DeepSeek V4.1 Flash
go | glm-5.2 | chat | 1000000 | 131072 | t | high,max | 1.4/4.4/0.26/0 | active | - | GLM-5.2
go | glm-5.3 | chat | 1000000 | 131072 | t | low,high,max | 1.4/4.4/0.26/0 | active | - | GLM-5.3
go | glm-5.3-flash | chat | 1000000 | 131072 | tipv | low,high,max | 0.15/0.5/0.03/0 | active | - | GLM-5.3-Flash
go | hy3 | chat | 256000 | 128000 | t | none,low,high | 0.14/0.58/0.035/0 | active | - | Hy3
go | hy4 | chat | 1048576 | 65536 | ti | none,high | 0.834/2.501/0.042/0 | active | - | Hy4
go | hy4-preview | chat | 1024000 | 64000 | t | none,high | 0.834/2.501/0.042/0 | active | - | Hy4 preview
go | iceman-contributor-free | chat | 262144 | 131072 | t | - | 0/0/0/0 | active | trains | Iceman Contributor Free
go | kimi-k2.7-code | chat | 262144 | 262144 | tiv | - | 0.95/4/0.19/0 | active | - | Kimi K2.7 Code
go | kimi-k3 | chat | 1048576 | 131072 | tiv | low,high,max | 3/15/0.3/3 | active | - | Kimi K3
go | kimi-k3.1-pro | chat | 1048576 | 131072 | ti | low,high,max | 2/10/0.2/2 | active | - | Kimi K3.1 Pro
go | longcat-2.0 | chat | 1000000 | 131072 | t | - | 0.3/1.2/0.006/0 | active | toggle | LongCat-2.0
go | longcat-2.5-free | chat | 1000000 | 262144 | ti | - | 0/0/0/0 | active | - | LongCat 2.5 Free
go | mimo-v2.5 | chat | 1000000 | 128000 | tiva | - | 0.14/0.28/0.0028/0 | active | - | MiMo V2.5
go | mimo-v2.5-pro | chat | 1048576 | 128000 | t | - | 0.435/0.87/0.003625/0 | active | - | MiMo V2.5 Pro
go | mimo-v2.6-flash | chat | 1048576 | 131072 | tiva | - | 0.14/0.28/0.0028/0 | active | - | MiMo-V2.6-Flash
go | mimo-v2.6-pro | chat | 1048576 | 131072 | tiva | - | 0.435/0.87/0.003625/0 | active | - | MiMo-V2.6-Pro
go | minimax-m3.1-flash | chat | 1000000 | 512000 | ti | low,medium,high,xhigh,max | 0.15/0.6/0.015/0 | active | - | MiniMax M3.1 Flash
go | step-5-preview | chat | 1000000 | 65536 | ti | low,medium,high | 1/2.7/0.1/0 | active | - | Step 5 Preview
go | gpt-5.6-luna | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh,max | 0.2/1.2/0.02/0.25 | active | - | GPT-5.6 Luna
go | gpt-6-luna | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh,max | 0.1/0.5/0.01/0.125 | active | - | GPT-6 Luna
go | grok-4.7 | responses | 500000 | 500000 | tip | low,medium,high,xhigh | 2/6/0.5/0 | active | - | Grok 4.7
go | muse-spark-1.2-contributor | responses | 1048576 | 131072 | tipva | minimal,low,medium,high,xhigh | 0.1/0.2/0.002/0 | active | trains | Muse Spark 1.2 Contributor
go | muse-spark-1.3-contributor | responses | 1048576 | 131072 | tipva | minimal,low,medium,high,xhigh | 0.1/0.2/0.002/0 | active | trains | Muse Spark 1.3 Contributor
go | minimax-m2.7 | messages | 204800 | 131072 | t | - | 0.3/1.2/0.06/0.375 | unlisted | - | MiniMax-M2.7
go | deepseek-v4-flash | chat | 1000000 | 384000 | t | low,high,max | 0.15/0.6/0.003/0 | unlisted | - | DeepSeek V4 Flash
go | deepseek-v4-flash-vision-exp | chat | 1000000 | 384000 | ti | low,high,max | 0.15/0.6/0.003/0 | unlisted | toggle | DeepSeek V4 Flash Vision Exp
go | glm-5.1 | chat | 202752 | 32768 | t | - | 1.4/4.4/0.26/0 | unlisted | - | GLM-5.1
go | kimi-k2.6 | chat | 262144 | 65536 | tiv | - | 0.95/4/0.16/0 | unlisted | - | Kimi K2.6
go | longcat-2.5-preview-free | chat | 1000000 | 131072 | ti | - | 0/0/0/0 | unlisted | toggle | LongCat 2.5 Preview Free
go | qwen3.6-plus | chat | 1000000 | 65536 | tiv | - | 0.5/3/0.05/0.625 | unlisted | toggle | Qwen3.6 Plus
go | qwen3.7-max | chat | 1000000 | 65536 | t | - | 2.5/7.5/0.5/3.125 | unlisted | toggle | Qwen3.7 Max
go | space-bunny-free | chat | 1048576 | 524288 | tiv | low,medium,high,xhigh,max | 0/0/0/0 | unlisted | - | Space Bunny Free
go | grok-4.6 | responses | 500000 | 500000 | ti | low,medium,high,xhigh | 2/6/0.5/0 | unlisted | - | Grok 4.6
go | minimax-m2.5 | messages | 204800 | 65536 | t | - | 0.3/1.2/0.06/0.375 | retired | - | MiniMax-M2.5
go | glm-5 | chat | 202752 | 32768 | t | - | 1/3.2/0.2/0 | retired | - | GLM-5
go | kimi-k2.5 | chat | 262144 | 65536 | tiv | - | 0.6/3/0.1/0 | retired | - | Kimi K2.5
go | mimo-v2-omni | chat | 262144 | 128000 | tipa | - | 0.4/2/0.08/0 | retired | - | MiMo V2 Omni
go | mimo-v2-pro | chat | 1048576 | 128000 | t | - | 1/3/0.2/0 | retired | - | MiMo V2 Pro
go | omen-alpha | chat | 500000 | 128000 | ti | low,high | 0.2/0.66/0.04/0 | retired | - | Omen Alpha
go | ox-alpha-free | chat | 1000000 | 131072 | tiv | low,high,max | 0/0/0/0 | retired | - | Ox Alpha Free (Unlimited)
go | qwen3.5-plus | chat | 262144 | 65536 | tiv | - | 0.2/1.2/0.02/0.25 | retired | toggle | Qwen3.5 Plus
go | grok-4.5 | responses | 500000 | 500000 | ti | low,medium,high | 2/6/0.3/0 | retired | - | Grok 4.5
zen | claude-fable-5 | messages | 1000000 | 128000 | tip | low,medium,high,xhigh,max | 10/50/1/12.5 | active | - | Claude Fable 5
zen | claude-fable-5-1 | messages | 1000000 | 128000 | tip | low,medium,high,xhigh,max | 10/50/0.25/12.5 | active | - | Claude Fable 5.1
zen | claude-fable-5-2 | messages | 1000000 | 128000 | ti | low,medium,high,xhigh,max | 8/40/0.2/10 | active | - | Claude Fable 5.2
zen | claude-haiku-4-5 | messages | 200000 | 64000 | tip | - | 1/5/0.1/1.25 | active | - | Claude Haiku 4.5
zen | claude-haiku-5-5 | messages | 1000000 | 128000 | ti | low,medium,high,xhigh,max | 0.1/0.5/0.01/0.125 | active | - | Claude Haiku 5.5
zen | claude-opus-4-5 | messages | 200000 | 64000 | tip | low,medium,high | 5/25/0.5/6.25 | active | - | Claude Opus 4.5
zen | claude-opus-4-6 | messages | 1000000 | 128000 | tip | low,medium,high,max | 5/25/0.5/6.25 | active | - | Claude Opus 4.6
zen | claude-opus-4-7 | messages | 1000000 | 128000 | tip | low,medium,high,xhigh,max | 5/25/0.5/6.25 | active | - | Claude Opus 4.7
zen | claude-opus-4-8 | messages | 1000000 | 128000 | tip | low,medium,high,xhigh,max | 5/25/0.5/6.25 | active | - | Claude Opus 4.8
zen | claude-opus-5 | messages | 1000000 | 128000 | tip | low,medium,high,xhigh,max | 5/25/0.5/6.25 | active | - | Claude Opus 5
zen | claude-opus-5-5 | messages | 1000000 | 128000 | tip | low,medium,high,xhigh,max | 4/20/0.2/5 | active | - | Claude Opus 5.5
zen | claude-sonnet-4-5 | messages | 200000 | 64000 | tip | - | 3/15/0.3/3.75 | active | - | Claude Sonnet 4.5
zen | claude-sonnet-4-6 | messages | 1000000 | 64000 | tip | low,medium,high,max | 3/15/0.3/3.75 | active | - | Claude Sonnet 4.6
zen | claude-sonnet-5 | messages | 1000000 | 128000 | tip | low,medium,high,xhigh,max | 2/10/0.2/2.5 | active | - | Claude Sonnet 5
zen | claude-sonnet-5-5 | messages | 1000000 | 128000 | ti | low,medium,high,xhigh,max | 2/10/0.1/2.5 | active | - | Claude Sonnet 5.5
zen | qwen3.5-plus | messages | 262144 | 65536 | tiv | - | 0.2/1.2/0.02/0.25 | active | toggle | Qwen3.5 Plus
zen | qwen3.6-plus | messages | 262144 | 65536 | tiv | - | 0.5/3/0.05/0.625 | active | toggle | Qwen3.6 Plus
zen | qwen3.8-flash | messages | 1000000 | 131072 | tiv | low,medium,xhigh | 0.15/0.47/0.016/0.2 | active | toggle | Qwen3.8 Flash
zen | gemini-3-flash | gemini | 1048576 | 65536 | tipva | minimal,low,medium,high | 0.5/3/0.05/0 | active | - | Gemini 3 Flash
zen | gemini-3.1-pro | gemini | 1048576 | 65536 | tipva | low,medium,high | 2/12/0.2/0 | active | - | Gemini 3.1 Pro Preview
zen | gemini-3.5-flash | gemini | 1048576 | 65536 | tipva | minimal,low,medium,high | 1.5/9/0.15/0 | active | - | Gemini 3.5 Flash
zen | gemini-3.5-flash-lite | gemini | 1048576 | 65536 | tipva | minimal,low,medium,high | 0.3/2.5/0.03/0 | active | - | Gemini 3.5 Flash Lite
zen | gemini-3.6-flash | gemini | 1048576 | 65536 | tipva | minimal,low,medium,high | 0.75/3.75/0.075/0 | active | - | Gemini 3.6 Flash
zen | gemini-3.7-flash | gemini | 1048576 | 65536 | tipva | low,medium,high | 0.75/3.75/0.075/0 | active | - | Gemini 3.7 Flash
zen | gemini-3.8-flash | gemini | 1048576 | 65536 | tipva | low,medium,high | 0.75/3.75/0.075/0 | active | - | Gemini 3.8 Flash
zen | gemini-4-argon | gemini | 1048576 | 65536 | ti | low,medium,high | 2/10/0.1/0 | active | - | Gemini 4 Argon
zen | beam-free | chat | 1048576 | 131072 | t | low,medium,high,xhigh,max | 0/0/0/0 | active | official-client | Beam Free
zen | big-pickle | chat | 200000 | 32000 | t | - | 0/0/0/0 | active | official-client | Big Pickle
zen | deepseek-v4-pro | chat | 1000000 | 384000 | t | high,max | 1.74/3.48/0.145/0 | active | toggle | DeepSeek V4 Pro
zen | deepseek-v4.1-flash | chat | 1000000 | 384000 | ti | low,high,max | 0.3/1.2/0.006/0 | active | - | DeepSeek V4.1 Flash
zen | deepseek-v4.1-flash-free | chat | 200000 | 32000 | ti | low,high,max | 0/0/0/0 | active | official-client | DeepSeek V4.1 Flash Free
zen | flint-40b-free | chat | 262144 | 65536 | t | low,medium,high,xhigh,max | 0/0/0/0 | active | official-client | Flint 40B Free
zen | glm-5 | chat | 204800 | 131072 | t | - | 1/3.2/0.2/0 | active | toggle | GLM-5
zen | glm-5.1 | chat | 204800 | 131072 | t | - | 1.4/4.4/0.26/0 | active | toggle | GLM-5.1
zen | glm-5.2 | chat | 1000000 | 131072 | t | high,max | 1.4/4.4/0.26/0 | active | - | GLM-5.2
zen | glm-5.3 | chat | 1000000 | 131072 | t | low,high,max | 1.4/4.4/0.26/0 | active | - | GLM-5.3
zen | glm-5.3-flash | chat | 1000000 | 131072 | tipv | low,high,max | 0.15/0.5/0.03/0 | active | - | GLM-5.3-Flash
zen | glm-5.3-flash-free | chat | 200000 | 32000 | ti | low,high,max | 0/0/0/0 | active | official-client | GLM-5.3-Flash Free
zen | iceman-free | chat | 262144 | 131072 | t | - | 0/0/0/0 | active | official-client | Iceman Free
zen | inkling-2-small-free | chat | 1048576 | 131072 | ti | none,minimal,low,medium,high,max | 0/0/0/0 | active | official-client | Inkling 2 Small Free
zen | kimi-k2.5 | chat | 262144 | 65536 | tiv | - | 0.6/3/0.1/0 | active | toggle | Kimi K2.5
zen | kimi-k2.6 | chat | 262144 | 65536 | tiv | - | 0.95/4/0.16/0 | active | toggle | Kimi K2.6
zen | kimi-k2.7-code | chat | 262144 | 262144 | tiv | - | 0.95/4/0.19/0 | active | - | Kimi K2.7 Code
zen | kimi-k3 | chat | 1048576 | 131072 | tiv | low,high,max | 3/15/0.3/3 | active | - | Kimi K3
zen | longcat-2.5-free | chat | 1000000 | 262144 | ti | - | 0/0/0/0 | active | official-client | LongCat 2.5 Free
zen | mimo-v2.6-flash-free | chat | 200000 | 32000 | tiva | - | 0/0/0/0 | active | official-client | MiMo-V2.6-Flash Free
zen | minimax-m2.5 | chat | 204800 | 131072 | t | - | 0.3/1.2/0.06/0 | active | - | MiniMax-M2.5
zen | minimax-m2.7 | chat | 204800 | 131072 | t | - | 0.3/1.2/0.06/0 | active | - | MiniMax-M2.7
zen | minimax-m3 | chat | 512000 | 128000 | tiv | - | 0.3/1.2/0.06/0 | active | - | MiniMax-M3
zen | minimax-m3.1-flash-free | chat | 1000000 | 512000 | ti | low,medium,high,xhigh,max | 0/0/0/0 | active | official-client | MiniMax M3.1 Flash Free
zen | mistral-large-4 | chat | 524288 | 262144 | ti | none,high | 0.68/2.09/0.07/0 | active | - | Mistral Large 4
zen | nemotron-3.5-lightning-free | chat | 262144 | 262144 | t | - | 0/0/0/0 | active | official-client | Nemotron 3.5 Lightning Free
zen | nemotron-3.5-super-vl-free | chat | 1048576 | 131072 | ti | none,minimal,low,medium,high,xhigh | 0/0/0/0 | active | official-client | Nemotron 3.5 Super VL Free
zen | qwen3.8-max | chat | 262144 | 131072 | ti | low,medium,xhigh | 2/6/0.25/2.5 | active | toggle | Qwen3.8 Max
zen | gpt-5 | responses | 400000 | 128000 | ti | minimal,low,medium,high | 1.07/8.5/0.107/0 | active | - | GPT-5
zen | gpt-5-codex | responses | 400000 | 128000 | ti | low,medium,high | 1.07/8.5/0.107/0 | active | - | GPT-5 Codex
zen | gpt-5-nano | responses | 400000 | 128000 | ti | minimal,low,medium,high | 0.05/0.4/0.005/0 | active | - | GPT-5 Nano
zen | gpt-5.1 | responses | 400000 | 128000 | ti | none,low,medium,high | 1.07/8.5/0.107/0 | active | - | GPT-5.1
zen | gpt-5.1-codex | responses | 400000 | 128000 | ti | low,medium,high | 1.07/8.5/0.107/0 | active | - | GPT-5.1 Codex
zen | gpt-5.1-codex-max | responses | 400000 | 128000 | ti | low,medium,high,xhigh | 1.25/10/0.125/0 | active | - | GPT-5.1 Codex Max
zen | gpt-5.1-codex-mini | responses | 400000 | 128000 | ti | low,medium,high | 0.25/2/0.025/0 | active | - | GPT-5.1 Codex Mini
zen | gpt-5.2 | responses | 400000 | 128000 | ti | none,low,medium,high,xhigh | 1.75/14/0.175/0 | active | - | GPT-5.2
zen | gpt-5.2-codex | responses | 400000 | 128000 | tip | low,medium,high,xhigh | 1.75/14/0.175/0 | active | - | GPT-5.2 Codex
zen | gpt-5.3-codex | responses | 400000 | 128000 | tip | none,low,medium,high,xhigh | 1.75/14/0.175/0 | active | - | GPT-5.3 Codex
zen | gpt-5.4 | responses | 272000 | 128000 | tip | none,low,medium,high,xhigh | 2.5/15/0.25/0 | active | - | GPT-5.4
zen | gpt-5.4-mini | responses | 400000 | 128000 | tip | none,low,medium,high,xhigh | 0.75/4.5/0.075/0 | active | - | GPT-5.4 Mini
zen | gpt-5.4-nano | responses | 400000 | 128000 | tip | none,low,medium,high,xhigh | 0.2/1.25/0.02/0 | active | - | GPT-5.4 Nano
zen | gpt-5.4-pro | responses | 1050000 | 128000 | tip | medium,high,xhigh | 30/180/30/0 | active | - | GPT-5.4 Pro
zen | gpt-5.5 | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh | 5/30/0.5/0 | active | - | GPT-5.5
zen | gpt-5.5-pro | responses | 1050000 | 128000 | tip | medium,high,xhigh | 30/180/30/0 | active | - | GPT-5.5 Pro
zen | gpt-5.6-luna | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh,max | 0.2/1.2/0.02/0.25 | active | - | GPT-5.6 Luna
zen | gpt-5.6-sol | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh,max | 4/20/0.4/5 | active | - | GPT-5.6 Sol
zen | gpt-5.6-terra | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh,max | 2/12/0.2/2.5 | active | - | GPT-5.6 Terra
zen | gpt-6-astra | responses | 1050000 | 128000 | tip | low,medium,high,xhigh,max | 10/50/1/12.5 | active | - | GPT-6 Astra
zen | gpt-6-luna | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh,max | 0.1/0.5/0.01/0.125 | active | - | GPT-6 Luna
zen | gpt-6-sol | responses | 1050000 | 128000 | tip | none,low,medium,high,xhigh,max | 2/10/0.2/2.5 | active | - | GPT-6 Sol
zen | gpt-6.1-sol | responses | 1050000 | 128000 | ti | low,medium,high,xhigh,max | 2/10/0.1/2.5 | active | - | GPT-6.1 Sol
zen | grok-4.5 | responses | 500000 | 500000 | ti | low,medium,high | 2/6/0.3/0 | active | - | Grok 4.5
zen | grok-4.6 | responses | 500000 | 500000 | ti | low,medium,high,xhigh | 2/6/0.5/0 | active | - | Grok 4.6
zen | grok-4.7 | responses | 500000 | 500000 | tip | low,medium,high,xhigh | 2/6/0.5/0 | active | - | Grok 4.7
zen | grok-build-0.1 | responses | 256000 | 256000 | tip | high | 1/2/0.2/0 | active | - | Grok Build 0.1
zen | muse-ember-1.0 | responses | 1048576 | 270000 | ti | minimal,low,medium,high,xhigh,max | 0.1/0.5/0.004/0 | active | - | Muse Ember 1.0
zen | muse-spark-1.2 | responses | 1048576 | 131072 | tipva | minimal,low,medium,high,xhigh | 1.25/4.25/0.15/0 | active | - | Muse Spark 1.2
zen | muse-spark-1.3 | responses | 1048576 | 131072 | tipva | minimal,low,medium,high,xhigh | 1.25/4.25/0.15/0 | active | - | Muse Spark 1.3
zen | muse-wonder-1.0 | responses | 1048576 | 131072 | ti | minimal,low,medium,high,xhigh,max | 4/20/0.2/0 | active | - | Muse Wonder
zen | claude-sonnet-4 | messages | 1000000 | 64000 | tip | - | 3/15/0.3/3.75 | unlisted | - | Claude Sonnet 4
zen | deepseek-v4-flash | chat | 1000000 | 384000 | t | low,high,max | 0.14/0.28/0.028/0 | unlisted | toggle | DeepSeek V4 Flash
zen | deepseek-v4-flash-vision-exp | chat | 1000000 | 384000 | ti | low,high,max | 0.14/0.28/0.028/0 | unlisted | toggle | DeepSeek V4 Flash Vision Exp
zen | ling-3.0-flash-fin-free | chat | 262144 | 32768 | t | - | 0/0/0/0 | unlisted | toggle | Ling 3.0 Flash Fin Free
zen | longcat-2.5-preview-free | chat | 1000000 | 131072 | ti | - | 0/0/0/0 | unlisted | toggle | LongCat 2.5 Preview Free
zen | nemotron-3-ultra-free | chat | 1000000 | 128000 | t | - | 0/0/0/0 | unlisted | - | Nemotron 3 Ultra Free
zen | space-bunny-free | chat | 1048576 | 524288 | tiv | low,medium,high,xhigh,max | 0/0/0/0 | unlisted | - | Space Bunny Free
zen | gpt-5.3-codex-spark | responses | 128000 | 128000 | t | low,medium,high,xhigh | 1.75/14/0.175/0 | unlisted | - | GPT-5.3 Codex Spark
zen | muse-spark-1.3-contributor-free | responses | 1048576 | 131072 | tipva | minimal,low,medium,high,xhigh | 0/0/0/0 | unlisted | trains | Muse Spark 1.3 Free
zen | claude-3-5-haiku | messages | 200000 | 8192 | tip | - | 0.8/4/0.08/1 | retired | plain | Claude Haiku 3.5
zen | claude-opus-4-1 | messages | 200000 | 32000 | tip | - | 15/75/1.5/18.75 | retired | - | Claude Opus 4.1
zen | minimax-m2.1-free | messages | 204800 | 131072 | t | - | 0/0/0/0 | retired | - | MiniMax-M2.1 Free
zen | minimax-m2.5-free | messages | 204800 | 131072 | t | - | 0/0/0/0 | retired | - | MiniMax-M2.5 Free
zen | minimax-m3-free | messages | 200000 | 32000 | tiv | - | 0/0/0/0 | retired | toggle | MiniMax-M3 Free
zen | qwen3.6-plus-free | messages | 262144 | 65536 | tiv | - | 0/0/0/0 | retired | toggle | Qwen3.6 Plus Free
zen | gemini-3-pro | gemini | 1048576 | 65536 | tipva | low,high | 2/12/0.2/0 | retired | - | Gemini 3 Pro
zen | deepseek-v4-flash-free | chat | 200000 | 128000 | t | low,high,max | 0/0/0/0 | retired | - | DeepSeek V4 Flash Free
zen | glm-4.6 | chat | 204800 | 131072 | t | - | 0.6/2.2/0.1/0 | retired | toggle | GLM-4.6
zen | glm-4.7 | chat | 204800 | 131072 | t | - | 0.6/2.2/0.1/0 | retired | toggle | GLM-4.7
zen | glm-4.7-free | chat | 204800 | 131072 | t | - | 0/0/0/0 | retired | toggle | GLM-4.7 Free
zen | glm-5-free | chat | 204800 | 131072 | t | - | 0/0/0/0 | retired | toggle | GLM-5 Free
zen | grok-code | chat | 256000 | 256000 | t | - | 0/0/0/0 | retired | - | Grok Code Fast 1
zen | hy3-free | chat | 190000 | 64000 | t | low,medium,high | 0/0/0/0 | retired | toggle | Hy3 Free
zen | hy3-preview-free | chat | 256000 | 64000 | t | - | 0/0/0/0 | retired | - | Hy3 preview Free
zen | kimi-k2 | chat | 262144 | 262144 | t | - | 0.4/2.5/0.4/0 | retired | plain | Kimi K2
zen | kimi-k2-thinking | chat | 262144 | 262144 | t | - | 0.4/2.5/0.4/0 | retired | - | Kimi K2 Thinking
zen | kimi-k2.5-free | chat | 262144 | 262144 | tiv | - | 0/0/0/0 | retired | toggle | Kimi K2.5 Free
zen | laguna-s-2.1-free | chat | 256000 | 32000 | t | low,medium,high | 0/0/0/0 | retired | - | Laguna S 2.1 Free
zen | ling-2.6-flash-free | chat | 262100 | 32800 | t | - | 0/0/0/0 | retired | plain | Ling 2.6 Flash Free
zen | ling-3.0-flash-free | chat | 262144 | 32768 | t | low,medium,high | 0/0/0/0 | retired | - | Ling-3.0-flash Free
zen | ling-3.0-tiny-free | chat | 262144 | 32768 | t | - | 0/0/0/0 | retired | - | Ling-3.0-tiny Free
zen | longcat-2.0-free | chat | 1000000 | 131072 | t | - | 0/0/0/0 | retired | toggle | LongCat-2.0 Free
zen | mimo-v2-flash-free | chat | 262144 | 65536 | t | - | 0/0/0/0 | retired | - | MiMo V2 Flash Free
zen | mimo-v2-omni-free | chat | 262144 | 64000 | tipa | - | 0/0/0/0 | retired | - | MiMo V2 Omni Free
zen | mimo-v2-pro-free | chat | 1048576 | 64000 | t | - | 0/0/0/0 | retired | - | MiMo V2 Pro Free
zen | mimo-v2.5-free | chat | 200000 | 32000 | tiva | - | 0/0/0/0 | retired | - | MiMo V2.5 Free
zen | minimax-m2.1 | chat | 204800 | 131072 | t | - | 0.3/1.2/0.1/0 | retired | - | MiniMax-M2.1
zen | nemotron-3-super-free | chat | 204800 | 128000 | t | - | 0/0/0/0 | retired | - | Nemotron 3 Super Free
zen | north-mini-code-free | chat | 256000 | 64000 | t | none,high | 0/0/0/0 | retired | - | North Mini Code Free
zen | qwen3-coder | chat | 262144 | 65536 | t | - | 0.45/1.8/0/0 | retired | plain | Qwen3 Coder
zen | ring-2.6-1t-free | chat | 262000 | 66000 | t | - | 0/0/0/0 | retired | - | Ring 2.6 1T Free
zen | trinity-large-preview-free | chat | 131072 | 131072 | t | - | 0/0/0/0 | retired | plain | Trinity Large Preview
zen | x-preview-f-free | chat | 1000000 | 131072 | tiv | low,high,max | 0/0/0/0 | retired | - | Ox Alpha Free (Unlimited)
zen | muse-spark-1.2-contributor-free | responses | 1048576 | 131072 | tipva | minimal,low,medium,high,xhigh | 0/0/0/0 | retired | trains | Muse Spark 1.2 Free
`;
