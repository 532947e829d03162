// Runs the self-test of one carrier in this process and prints its checksum. Started as a child, so that a file that crashes takes
// nothing with it.
import { Arena } from '../../engine/kernels/arena.ts';
import { STACK_BYTES } from '../../engine/kernels/layout.ts';
import { KernelMachine } from '../../engine/kernels/machine.ts';
import { selfTest } from '../../engine/kernels/selfTest.ts';
import { type CarrierSource, openCarrier } from './carrierSource.ts';

async function main(source: CarrierSource): Promise<void> {
  const arena = new Arena(1024);
  const carrier = await openCarrier(source, arena.memory, arena.lasting(STACK_BYTES / 4).byteOffset);
  console.log(selfTest(new KernelMachine({ arena, carrier, helperCount: 0 })));
}

void main(JSON.parse(process.argv[2]) as CarrierSource);
