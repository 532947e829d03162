// The Node-API door to the native kernels. It keeps nothing but the address of one shared memory:
// bind(view of the SharedArrayBuffer, set) once, then run(entry, scratch). It needs no C library. The functions of Node are found by the
// loader, on Windows by hand (addon_windows.h). Offsets are checked by the caller (extension/engine/kernels/).
#include <stddef.h>
#include <stdint.h>
#define NAPI_VERSION 8
#include <node_api.h>
#include "addon_windows.h"

#if defined(__x86_64__)
void gatescope_run_avx2(char *, uint32_t, uint32_t);
void gatescope_run_avx512(char *, uint32_t, uint32_t);
#include <cpuid.h>
#else
void gatescope_run(char *, uint32_t, uint32_t);
#endif

typedef void (*Run)(char *, uint32_t, uint32_t);
typedef struct {
  char *base;
  Run run;
} Door;

enum { NONE = 0, NEON = 1, AVX2 = 2, AVX512 = 3 };
static const char *const NAMES[] = {"none", "neon", "avx2", "avx512"};

/** The widest set of instructions that processor and system allow. */
static int widest(void) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return NONE;
  const unsigned need = bit_FMA | bit_OSXSAVE | bit_AVX | bit_MOVBE;
  if ((c & need) != need) return NONE;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return NONE;
  const unsigned v3 = bit_AVX2 | bit_BMI | bit_BMI2;
  if ((b & v3) != v3) return NONE;
  const unsigned v4 = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  return (b & v4) == v4 && (low & 0xe6) == 0xe6 ? AVX512 : AVX2;
#else
  return NEON;
#endif
}

static Run run_of(int set) {
#if defined(__x86_64__)
  return set == AVX512 ? gatescope_run_avx512 : set == AVX2 ? gatescope_run_avx2 : 0;
#else
  return set == NEON ? gatescope_run : 0;
#endif
}

static napi_value fail(napi_env env, const char *why) {
  napi_throw_error(env, 0, why);
  return 0;
}

/**
 * Asks for pages of 2 MiB wherever the memory may grow: a matrix is read many rows at once, and rows lie pages apart, so that small pages
 * overflow the processor's table of them. V8 reserves at least 4 GiB for a memory. Only advice: where it is refused, nothing changes.
 */
static void ask_for_large_pages(void *memory) {
#if defined(__linux__)
  enum { MADV_HUGEPAGE = 14 };
  extern int madvise(void *, size_t, int) __attribute__((weak));
  if (madvise) madvise(memory, (size_t)1 << 32, MADV_HUGEPAGE);
#else
  (void)memory;
#endif
}

/** bind(memory: SharedArrayBuffer as Uint8Array, set: number) */
static napi_value bind(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2];
  void *self;
  if (napi_get_cb_info(env, info, &count, args, 0, &self) != napi_ok || count < 2) return fail(env, "bind takes a memory and a set");
  Door *door = self;
  napi_typedarray_type type;
  size_t length;
  void *data;
  double set;
  if (napi_get_typedarray_info(env, args[0], &type, &length, &data, 0, 0) != napi_ok || type != napi_uint8_array)
    return fail(env, "bind takes a Uint8Array over the shared memory");
  if (napi_get_value_double(env, args[1], &set) != napi_ok) return fail(env, "bind takes the number of an instruction set");
  if ((int)set > widest() || !run_of((int)set)) return fail(env, "this processor does not have these instructions");
  ask_for_large_pages(data);
  door->base = data;
  door->run = run_of((int)set);
  return 0;
}

/** run(entry: number, scratch: number) */
static napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2];
  void *self;
  uint32_t entry, scratch;
  napi_get_cb_info(env, info, &count, args, 0, &self);
  Door *door = self;
  if (!door->run) return fail(env, "no memory is bound");
  if (napi_get_value_uint32(env, args[0], &entry) != napi_ok || napi_get_value_uint32(env, args[1], &scratch) != napi_ok)
    return fail(env, "run takes two offsets");
  door->run(door->base, entry, scratch);
  return 0;
}

/** A function that finds the door in its data. The buffer that holds the door hangs on it, so that it lives as long as the function. */
static void offer(napi_env env, napi_value exports, const char *name, napi_callback call, Door *door, napi_value buffer) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, door, &function);
  napi_set_named_property(env, function, "door", buffer);
  napi_set_named_property(env, exports, name, function);
}

NAPI_MODULE_INIT() {
  if (!find_node()) return 0;
  void *door;
  napi_value buffer, value;
  if (napi_create_arraybuffer(env, sizeof(Door), &door, &buffer) != napi_ok) return fail(env, "no memory for the addon");
  *(Door *)door = (Door){0};
  offer(env, exports, "bind", bind, door, buffer);
  offer(env, exports, "run", run, door, buffer);
  napi_create_int32(env, widest(), &value);
  napi_set_named_property(env, exports, "widest", value);
  napi_create_string_utf8(env, NAMES[widest()], NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, exports, "widestName", value);
  return exports;
}
