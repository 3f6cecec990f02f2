#!/bin/sh
# Rebuilds the C samples: examples/c/<name>/<name>.wasm from the .c beside it. Needs clang and wasm-ld 14 or later; programs in
# examples/wasi also need wasi-libc (Debian: clang lld wasi-libc libclang-rt-dev-wasm32). Usage: examples/build.sh [name ...]
set -eu
cd "$(dirname "$0")"

# Apps: no C library but the runtime's. The small stack lies first, so that an overflow leaves memory and traps instead of reaching data;
# __heap_base and __data_end let the runtime cut memory to what is used, far below the 64 KiB page. Names stay: traps name
# functions by them.
APP="--target=wasm32 -Oz -nostdlib -Wall -Wextra -Werror -Iinclude
  -Wl,--no-entry -Wl,--allow-undefined -Wl,--stack-first -Wl,-z,stack-size=1024
  -Wl,--export=__heap_base -Wl,--export=__data_end -Wl,--strip-debug"
# WASI programs: the whole of wasi-libc, 8 KiB of stack instead of 64.
WASI="--target=wasm32-wasi --sysroot=${WASI_SYSROOT:-/usr} -Oz -Wall -Wextra -Werror -Wl,-z,stack-size=8192 -Wl,--strip-debug"

build() { # source, flags
  out="${1%.c}.wasm"
  # shellcheck disable=SC2086
  clang $2 -o "$out" "$1"
  chmod 644 "$out"
  echo "$(wc -c < "$out") $out"
}

wanted() { # name, names wanted
  name="$1"
  shift
  [ $# -eq 0 ] && return 0
  for each in "$@"; do [ "$each" = "$name" ] && return 0; done
  return 1
}

for source in c/*/*.c; do if wanted "$(basename "$source" .c)" "$@"; then build "$source" "$APP"; fi; done
for source in wasi/*/*.c; do if wanted "$(basename "$source" .c)" "$@"; then build "$source" "$WASI"; fi; done
