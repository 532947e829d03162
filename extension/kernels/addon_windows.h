// What Windows needs: the functions of Node are looked up in the running program, because that is node.exe, Code.exe or any other
// Electron program, and an import library would name one of them. Elsewhere the loader does this, and find_node() has nothing to do.
#ifndef GATESCOPE_ADDON_WINDOWS_H
#define GATESCOPE_ADDON_WINDOWS_H
#if defined(_WIN32)

__declspec(dllimport) void *GetModuleHandleA(const char *);
__declspec(dllimport) void *GetProcAddress(void *, const char *);

int DllMainCRTStartup(void *module, unsigned long reason, void *reserved) {
  (void)module, (void)reason, (void)reserved;
  return 1;
}

/** Some vector code is compiled to calls of these. */
void *memset(void *to, int value, size_t n) {
  volatile char *p = to;
  for (size_t i = 0; i < n; i++) p[i] = (char)value;
  return to;
}
void *memcpy(void *restrict to, const void *restrict from, size_t n) {
  volatile char *p = to;
  for (size_t i = 0; i < n; i++) p[i] = ((const char *)from)[i];
  return to;
}
int _fltused = 1;

#define NODE_FUNCTIONS(X)                                                                                                 \
  X(napi_get_cb_info) X(napi_throw_error) X(napi_get_typedarray_info) X(napi_get_value_double) X(napi_get_value_uint32) \
  X(napi_create_function) X(napi_set_named_property) X(napi_create_int32) X(napi_create_string_utf8) X(napi_create_arraybuffer)
#define DECLARE(name) static __typeof__(&name) found_##name;
NODE_FUNCTIONS(DECLARE)
#define FIND(name) found_##name = (__typeof__(&name))GetProcAddress(program, #name);
#define IS_MISSING(name) || !found_##name
/** 0 where the program does not offer Node-API. */
static int find_node(void) {
  void *program = GetModuleHandleA(0);
  NODE_FUNCTIONS(FIND)
  return !(0 NODE_FUNCTIONS(IS_MISSING));
}
#define napi_get_cb_info found_napi_get_cb_info
#define napi_throw_error found_napi_throw_error
#define napi_get_typedarray_info found_napi_get_typedarray_info
#define napi_get_value_double found_napi_get_value_double
#define napi_get_value_uint32 found_napi_get_value_uint32
#define napi_create_function found_napi_create_function
#define napi_set_named_property found_napi_set_named_property
#define napi_create_int32 found_napi_create_int32
#define napi_create_string_utf8 found_napi_create_string_utf8
#define napi_create_arraybuffer found_napi_create_arraybuffer

#else
static int find_node(void) { return 1; }
#endif
#endif
