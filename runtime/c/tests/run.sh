#!/bin/sh
# run.sh: builds and runs the tests of the C runtime.
#   run.sh [quick|all]
# quick: gcc, all collectors.  all: also clang, sanitizers, more seeds.
# Variables: CC (one compiler only), SEEDS, BUILD (folder for the programs).
set -eu
cd "$(dirname "$0")"
mode=${1:-quick}
build=${BUILD:-$(mktemp -d)}
mkdir -p "$build"
base="-std=gnu11 -g -Wall -Wextra -Werror -fno-strict-aliasing -fwrapv -DRPY_LEAK_CHECK -I.."
failed=0

# build NAME CC FLAGS PROGRAM LIBS
compile() {
    $2 $base $3 -o "$build/$1" world.c "$4" ../*.c -lm -lpthread $5
}

# check LABEL COMMAND...
check() {
    label=$1
    shift
    if "$@" >"$build/log" 2>&1; then
        :
    else
        echo "FAIL $label"
        tail -5 "$build/log"
        failed=1
    fi
}

# suite CC FLAGS LABEL
suite() {
    for gc in GENERATION STRESS BOEHM NONE; do
        libs=
        if [ $gc = BOEHM ]; then
            # libgc scans memory that sanitizers object to.
            case "$2" in *sanitize*) continue ;; esac
            echo '#include <gc/gc.h>' | $1 -E - >/dev/null 2>&1 || continue
            libs=-lgc
        fi
        for test in graph features; do
            name=$test-$gc-$3
            compile $name $1 "$2 -DRPY_GC_$gc" test_$test.c "$libs"
            case $gc in
            GENERATION)
                for seed in ${SEEDS:-1 2 3}; do
                    check "$name $seed" "$build/$name" $seed 100000
                    check "$name $seed, small nursery" \
                        env PYPY_GC_NURSERY=64k PYPY_GC_MIN=500k \
                        "$build/$name" $seed 100000
                    check "$name $seed, small steps" \
                        env PYPY_GC_NURSERY=64k PYPY_GC_MIN=500k \
                        PYPY_GC_INCREMENT_STEP=20k "$build/$name" $seed 100000
                    check "$name $seed, verified" \
                        env PYPY_GC_NURSERY=128k PYPY_GC_MIN=1M PYPY_GC_DEBUG=2 \
                        "$build/$name" $seed 10000
                done ;;
            *) for seed in ${SEEDS:-1 2 3}; do
                   check "$name $seed" "$build/$name" $seed 20000
               done ;;
            esac
        done
    done
    compile units-$3 $1 "$2" test_units.c ""
    check "units-$3" "$build/units-$3"
    echo "done $3"
}

if [ "$mode" = quick ]; then
    suite "${CC:-gcc}" -O2 plain
else
    for cc in ${CC:-gcc clang}; do
        command -v $cc >/dev/null || continue
        suite $cc -O2 $cc
        suite $cc "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all" $cc-sanitized
    done
fi
[ $failed = 0 ] && echo "runtime tests passed"
exit $failed
