// What the sanitizers of clang call while kernels run, and the addon's door with it: built by `npm run kernels -- --sanitize`.
// Every load and store of the kernels comes here (-fsanitize=kernel-address with calls). It may touch the arrays that its job was given,
// word by word, the scratch of its thread, the entries and arguments (to read), its stack and its constants; nothing else.
// Undefined behaviour comes here with its place (-fsanitize=undefined). The first finding is kept until JavaScript takes it; kernels go on.
#define NAPI_VERSION 8
#include <node_api.h>
#pragma push_macro("NAPI_MODULE_INIT")
#undef NAPI_MODULE_INIT
#define NAPI_MODULE_INIT() static napi_value init_addon(napi_env env, napi_value exports)
#include "addon.c"
#pragma pop_macro("NAPI_MODULE_INIT")

/** As many as 4 GiB have; pages of it exist when they are touched. */
#define SHADOW_WORDS (1u << 30)
#define STACK_REACH 65536

typedef struct {
  const char *file;
  uint32_t line, column;
} Place;

static struct {
  const char *kind;
  Place place;
  /** Bytes from the start of the memory, and how many were touched. */
  double offset;
  uint32_t bytes;
} finding;
static int has_finding;

/** The memory that is watched; a byte for each of its words: whether a job may touch it. */
static char *memory;
static uint8_t may_touch[SHADOW_WORDS];
static _Thread_local uintptr_t scratch_of_thread;
extern char __ehdr_start[], _end[];

static void found(const char *kind, Place place, double offset, uint32_t bytes) {
  if (__atomic_exchange_n(&has_finding, 1, __ATOMIC_ACQ_REL)) return;
  finding.kind = kind;
  finding.place = place;
  finding.offset = offset;
  finding.bytes = bytes;
}

static int is_within(uintptr_t at, uintptr_t bytes, uintptr_t from, uintptr_t size) {
  return at >= from && at + bytes <= from + size;
}

static void check(uintptr_t at, uintptr_t bytes, int is_write) {
  const uintptr_t frame = (uintptr_t)__builtin_frame_address(0), base = (uintptr_t)memory;
  if (bytes == 0 || is_within(at, bytes, frame - STACK_REACH, 2 * STACK_REACH)) return;
  if (is_within(at, bytes, scratch_of_thread, SCRATCH_BYTES)) return;
  if (is_within(at, bytes, (uintptr_t)__ehdr_start, (uintptr_t)(_end - __ehdr_start))) return;
  if (!is_write && is_within(at, bytes, base + ENTRIES, ARGUMENTS_END - ENTRIES)) return;
  int is_allowed = at >= base && (at - base + bytes - 1) / 4 < SHADOW_WORDS;
  for (uintptr_t word = (at - base) / 4; is_allowed && word <= (at - base + bytes - 1) / 4; word++) is_allowed = may_touch[word];
  if (!is_allowed) found(is_write ? "writes" : "reads", (Place){0}, (double)(intptr_t)(at - base), (uint32_t)bytes);
}

#define ACCESS(n)                                                                   \
  void __asan_load##n##_noabort(uintptr_t at) { check(at, n, 0); }                  \
  void __asan_store##n##_noabort(uintptr_t at) { check(at, n, 1); }
ACCESS(1) ACCESS(2) ACCESS(4) ACCESS(8) ACCESS(16)
void __asan_loadN_noabort(uintptr_t at, uintptr_t bytes) { check(at, bytes, 0); }
void __asan_storeN_noabort(uintptr_t at, uintptr_t bytes) { check(at, bytes, 1); }
void __asan_handle_no_return(void) {}

void *__asan_memcpy(void *to, const void *from, size_t bytes) {
  check((uintptr_t)from, bytes, 0);
  check((uintptr_t)to, bytes, 1);
  return __builtin_memcpy(to, from, bytes);
}
void *__asan_memmove(void *to, const void *from, size_t bytes) {
  check((uintptr_t)from, bytes, 0);
  check((uintptr_t)to, bytes, 1);
  return __builtin_memmove(to, from, bytes);
}
void *__asan_memset(void *to, int value, size_t bytes) {
  check((uintptr_t)to, bytes, 1);
  return __builtin_memset(to, value, bytes);
}

// The data of every one of these begins with its place in the source.
#define UNDEFINED(name) \
  void __ubsan_handle_##name(const Place *place) { found(#name, *place, 0, 0); }
UNDEFINED(add_overflow) UNDEFINED(sub_overflow) UNDEFINED(mul_overflow) UNDEFINED(negate_overflow) UNDEFINED(divrem_overflow)
UNDEFINED(shift_out_of_bounds) UNDEFINED(out_of_bounds) UNDEFINED(pointer_overflow) UNDEFINED(type_mismatch_v1)
UNDEFINED(load_invalid_value) UNDEFINED(vla_bound_not_positive) UNDEFINED(float_cast_overflow) UNDEFINED(invalid_builtin)
UNDEFINED(nonnull_arg) UNDEFINED(alignment_assumption) UNDEFINED(function_type_mismatch)
UNDEFINED(builtin_unreachable) UNDEFINED(missing_return)

#define ENTERED(name)                                                       \
  void sanitized_##name(char *, uint32_t, uint32_t);                        \
  void name(char *base, uint32_t entry, uint32_t scratch) {                 \
    scratch_of_thread = (uintptr_t)base + scratch;                          \
    sanitized_##name(base, entry, scratch);                                 \
  }
#if defined(__x86_64__)
ENTERED(gatescope_run_avx2)
ENTERED(gatescope_run_avx512)
#else
ENTERED(gatescope_run)
#endif

/** mark(memory: Uint8Array, ranges: Float64Array of [offset, bytes, …], mayTouch: number): whether kernels may touch these. */
static napi_value mark(napi_env env, napi_callback_info info) {
  size_t count = 3, length;
  napi_value args[3];
  napi_typedarray_type type;
  void *data;
  double value;
  if (napi_get_cb_info(env, info, &count, args, 0, 0) != napi_ok || count < 3) return fail(env, "mark takes a memory, ranges and a value");
  napi_get_typedarray_info(env, args[0], &type, &length, &data, 0, 0);
  memory = data;
  if (napi_get_typedarray_info(env, args[1], &type, &length, &data, 0, 0) != napi_ok || type != napi_float64_array)
    return fail(env, "mark takes a Float64Array");
  if (napi_get_value_double(env, args[2], &value) != napi_ok) return fail(env, "mark takes a number");
  const double *ranges = data;
  for (size_t n = 0; n + 1 < length; n += 2) {
    const size_t from = (size_t)ranges[n] / 4, words = (size_t)ranges[n + 1] / 4;
    if (from + words > SHADOW_WORDS) return fail(env, "the memory is too large to be watched");
    for (size_t word = from; word < from + words; word++) may_touch[word] = value != 0;
  }
  return 0;
}

/** take(): [kind, file, line, offset, bytes] of the first finding since the last call, or undefined. */
static napi_value take(napi_env env, napi_callback_info info) {
  (void)info;
  if (!__atomic_load_n(&has_finding, __ATOMIC_ACQUIRE)) return 0;
  napi_value result, parts[5];
  napi_create_array_with_length(env, 5, &result);
  napi_create_string_utf8(env, finding.kind, NAPI_AUTO_LENGTH, &parts[0]);
  napi_create_string_utf8(env, finding.place.file ? finding.place.file : "", NAPI_AUTO_LENGTH, &parts[1]);
  napi_create_double(env, finding.place.line, &parts[2]);
  napi_create_double(env, finding.offset, &parts[3]);
  napi_create_double(env, finding.bytes, &parts[4]);
  for (uint32_t n = 0; n < 5; n++) napi_set_element(env, result, n, parts[n]);
  __atomic_store_n(&has_finding, 0, __ATOMIC_RELEASE);
  return result;
}

NAPI_MODULE_INIT() {
  if (!init_addon(env, exports)) return 0;
  napi_value function;
  napi_create_function(env, "mark", NAPI_AUTO_LENGTH, mark, 0, &function);
  napi_set_named_property(env, exports, "mark", function);
  napi_create_function(env, "take", NAPI_AUTO_LENGTH, take, 0, &function);
  napi_set_named_property(env, exports, "take", function);
  return exports;
}
