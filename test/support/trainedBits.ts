// Prints what 50 steps of training give on one carrier, as JSON: for other systems and processors that are emulated.
// Arguments: JSON of the carrier's source, count of threads, the built kernelThread.
import { prepareBackend } from '../../extension/engine/backend/backend.ts';
import { setMachine } from '../../extension/engine/backend/gatescopeBackend.ts';
import { Arena } from '../../extension/engine/kernels/arena.ts';
import { STACK_BYTES } from '../../extension/engine/kernels/layout.ts';
import { KernelMachine } from '../../extension/engine/kernels/machine.ts';
import { EXPECTED_CHECKSUM, selfTest } from '../../extension/engine/kernels/selfTest.ts';
import { type CarrierSource, openCarrier } from '../../extension/node/kernels/carrierSource.ts';
import { startHelperThreads } from '../../extension/node/kernels/helperThreads.ts';
import { trainedBits } from './kernelTraining.ts';

async function main(source: CarrierSource, threads: number, threadFile: string): Promise<void> {
  prepareBackend();
  const arena = new Arena(4096);
  const carrier = await openCarrier(source, arena.memory, arena.lasting(STACK_BYTES / 4).byteOffset);
  const helpers = threads > 1 ? await startHelperThreads(threadFile, source, arena, threads - 1) : undefined;
  const machine = new KernelMachine({ arena, carrier, helperCount: threads - 1, helpers });
  setMachine(machine);
  const isExpected = selfTest(machine) === EXPECTED_CHECKSUM;
  const system = `${process.platform}-${process.arch}`;
  console.log(JSON.stringify({ system, instructions: carrier.instructions, isExpected, ...trainedBits() }));
  await machine.close();
}

const [source, threads, threadFile] = process.argv.slice(2);
void main(JSON.parse(source) as CarrierSource, Number(threads), threadFile);
