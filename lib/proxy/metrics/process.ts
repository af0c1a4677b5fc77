/** What is known of this process, under the names that Prometheus and its client for Node use. */
import { performance } from 'node:perf_hooks';
import { version } from '../../version.ts';
import type { Family, Labels, Sample } from './families.ts';

/** Seconds since 1970. */
const startedAt = performance.timeOrigin / 1000;

export function processFamilies(): Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return [
    counterOf('process_cpu_seconds_total', 'CPU time of the process.', (user + system) / 1e6),
    gaugeOf('process_resident_memory_bytes', 'Memory of the process.', rss),
    gaugeOf('process_start_time_seconds', 'When the process started, in seconds since 1970.', startedAt),
    gaugeOf('nodejs_heap_size_total_bytes', 'Memory that the JavaScript heap has.', heapTotal),
    gaugeOf('nodejs_heap_size_used_bytes', 'Memory that the JavaScript heap uses.', heapUsed),
    gaugeOf('nodejs_external_memory_bytes', 'Memory outside the heap that objects in it hold.', external),
    {
      name: 'nodejs_eventloop_time_seconds_total',
      help: 'Time of the event loop by state.',
      type: 'counter',
      samples: () => [
        sample(active / 1000, { nodejs_eventloop_state: 'active' }),
        sample(idle / 1000, { nodejs_eventloop_state: 'idle' }),
      ],
    },
    gaugeOf('occ_build_info', 'Always 1; the labels say which versions run.', 1, {
      version,
      node: process.versions.node,
    }),
  ];
}

export function gaugeOf(name: string, help: string, value: number, labels: Labels = {}): Family {
  return { name, help, type: 'gauge', samples: () => [sample(value, labels)] };
}

function counterOf(name: string, help: string, value: number): Family {
  return { name, help, type: 'counter', samples: () => [sample(value)] };
}

function sample(value: number, labels: Labels = {}): Sample {
  return { suffix: '', labels, value };
}
