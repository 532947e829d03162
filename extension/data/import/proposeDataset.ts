// A dataset that nobody described yet: looks at a file or a folder and proposes a manifest, with the reason for each thing in it.
import { UserError } from '../../util/userError.ts';
import type { FileSource } from '../types.ts';
import { proposeFolder } from './folderProposal.ts';
import { type Proposal, proposeFile } from './proposal.ts';

/** Throws UserError `data.fileMissing`, `dataset.notText`, `dataset.wordVectors`, `dataset.several`, `dataset.noData`. */
export async function proposeDataset(path: string, files: FileSource): Promise<Proposal> {
  const kind = await files.kind(path);
  if (kind === undefined) {
    throw new UserError({
      code: 'data.fileMissing',
      message: `${path} does not exist.`,
      remedy: 'Give a file or a folder that is there.',
    });
  }
  return kind === 'folder' ? proposeFolder(path, files) : proposeFile(path, files);
}
