/** The question for the CPU time in milliseconds, user and system, that every process answers about itself. */
export const cpuQuestion = 'cpu';

/** Replies to the messages of the process that started this one, and ends with it. */
export function reply<M>(answer: (message: M) => unknown): void {
  process.once('disconnect', () => process.exit());
  process.on('message', ({ id, message }: { id: number; message: M }) => {
    new Promise((resolve) => resolve(message === cpuQuestion ? ownCpuMs() : answer(message))).then(
      (value) => process.send?.({ id, value: value ?? null }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
}

/** Says that this process can be asked. */
export function ready(port = 0): void {
  process.send?.({ id: 0, value: port });
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
