// How an ONNX file is refused. Every code begins with `onnx.`.
import { UserError } from '../../../util/userError.ts';

/** The bytes are not those of a whole ONNX file. `what` goes on after "it" or names a part: "it ends inside a field". */
export function brokenOnnx(what: string, cause?: unknown): UserError {
  return new UserError({
    code: 'onnx.broken',
    message: `The ONNX file cannot be read: ${what}.`,
    remedy: 'Export or download it again.',
    cause,
  });
}

/** The file is one that ONNX allows and Gatescope does not know. */
export function unsupportedOnnx(message: string, remedy: string): UserError {
  return new UserError({ code: 'onnx.unsupported', message, remedy });
}
