/* test_units.c: floats, integers, log, traceback. */
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "world.h"
#include "rpy_exc.h"
#include "rpy_float.h"
#include "rpy_int.h"
#include "rpy_log.h"
#include "rpy_os.h"
#include "rpy_time.h"

static int failures;

static void check(int ok, const char *what, int line)
{
    if (!ok) {
        fprintf(stderr, "test_units.c:%d: %s\n", line, what);
        failures++;
    }
}
#define CHECK(c) check((c), #c, __LINE__)

static void format(double x, char code, int precision, int flags,
                   const char *expected)
{
    char buffer[2000];
    rpy_signed n = rpy_float_format(buffer, x, code, precision, flags, NULL);
    if (n < 0 || strcmp(buffer, expected) != 0 || n != (rpy_signed)strlen(expected)) {
        fprintf(stderr, "%.17g as %c.%d/%d: %s instead of %s\n", x, code,
                precision, flags, n < 0 ? "refused" : buffer, expected);
        failures++;
    }
}

static void formats(void)
{
    enum { D = RPY_FLOAT_ADD_DOT_0, A = RPY_FLOAT_ALT, S = RPY_FLOAT_SIGN };
    format(0.0, 'r', 0, D, "0.0");
    format(-0.0, 'r', 0, D, "-0.0");
    format(1.0, 'r', 0, D, "1.0");
    format(1.0, 'r', 0, 0, "1");
    format(0.1, 'r', 0, D, "0.1");
    format(1e16, 'r', 0, D, "1e+16");
    format(123456789012345680.0, 'r', 0, D, "1.2345678901234568e+17");
    format(1e15, 'r', 0, D, "1000000000000000.0");
    format(0.0001, 'r', 0, D, "0.0001");
    format(0.00001, 'r', 0, D, "1e-05");
    format(1.0 / 3, 'r', 0, D, "0.3333333333333333");
    format(5e-324, 'r', 0, D, "5e-324");
    format(1.7976931348623157e308, 'r', 0, D, "1.7976931348623157e+308");
    format(ldexp(1, -44), 'r', 0, D, "5.684341886080802e-14");
    format(9007199254740992.0, 'r', 0, D, "9007199254740992.0");
    format(2.5, 'f', 0, 0, "2");
    format(2.5, 'f', 0, D, "2.0");
    format(2.5, 'f', 0, A, "2.");
    format(3.14159, 'f', 2, 0, "3.14");
    format(3.14159, 'f', 2, S, "+3.14");
    format(1e22, 'f', 3, 0, "10000000000000000000000.000");
    format(0.0, 'f', 2, 0, "0.00");
    format(0.004, 'f', 2, 0, "0.00");
    format(0.04, 'f', 1, 0, "0.0");
    format(0.06, 'f', 1, 0, "0.1");
    format(999.96, 'f', 1, 0, "1000.0");
    format(12345.678, 'e', 2, 0, "1.23e+04");
    format(12345.678, 'E', 2, 0, "1.23E+04");
    format(0.0, 'e', 3, 0, "0.000e+00");
    format(1.5, 'e', 0, A, "2.e+00");
    format(1e-300, 'e', 1, 0, "1.0e-300");
    format(100000.0, 'g', 6, 0, "100000");
    format(1000000.0, 'g', 6, 0, "1e+06");
    format(0.0001, 'g', 6, 0, "0.0001");
    format(0.00001, 'g', 6, 0, "1e-05");
    format(1.5, 'g', 6, A, "1.50000");
    format(100000.0, 'g', 6, A, "100000.");
    format(0.0, 'g', 6, 0, "0");
    format(0.0, 'g', 6, A, "0.00000");
    format(1.5, 'g', 12, D, "1.5");
    format(1e10, 'g', 12, D, "10000000000.0");
    format(1e11, 'g', 12, D, "1e+11");
    format(1e11, 'g', 12, 0, "100000000000");
    format(2.0 / 3, 'g', 12, D, "0.666666666667");
    format(1e100, 'g', 12, D, "1e+100");
    format((double)NAN, 'r', 0, D, "nan");
    format((double)INFINITY, 'r', 0, D, "inf");
    format(-(double)INFINITY, 'f', 2, 0, "-inf");
    format((double)INFINITY, 'G', 2, S, "+INF");
    CHECK(rpy_float_format((char[400]){ 0 }, 1.0, 'x', 0, 0, NULL) == -1);
    char *s = rpy_float_to_string(1.25, 'f', 1, 0, NULL);
    CHECK(strcmp(s, "1.2") == 0);
    free(s);
    uint64_t r = 1;
    for (int i = 0; i < 20000; i++) {
        char text[40];
        double x, y;
        r = r * 6364136223846793005u + 1442695040888963407u;
        memcpy(&x, &r, 8);
        rpy_signed n = rpy_float_repr(text, x);
        CHECK(rpy_float_parse(text, n, &y));
        CHECK(isnan(x) ? isnan(y) : x == y);
    }
}

static int parses(const char *text, double expected)
{
    double x;
    if (!rpy_float_parse(text, (rpy_signed)strlen(text), &x))
        return 0;
    return isnan(expected) ? isnan(x) : x == expected && signbit(x) == signbit(expected);
}

static void parsing(void)
{
    double x;
    CHECK(parses("1", 1) && parses("-1.5", -1.5) && parses("+.5", 0.5));
    CHECK(parses("5.", 5) && parses("1e3", 1000) && parses("1E-3", 0.001));
    CHECK(parses("inf", (double)INFINITY) && parses("-Infinity", -(double)INFINITY));
    CHECK(parses("NaN", (double)NAN) && parses("1e400", (double)INFINITY));
    CHECK(parses("-0.0", -0.0) && parses("1e-400", 0.0));
    const char *bad[] = { "", "e5", ".", "1e", "1e+", " 1", "1 ", "0x10", "1_0",
                          "--1", "infi", "1.5f", "na" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!rpy_float_parse(bad[i], (rpy_signed)strlen(bad[i]), &x));
    char many[400];
    memset(many, '1', sizeof many);
    many[100] = '.';
    CHECK(rpy_float_parse(many, sizeof many, &x) && x > 1e99 && x < 2e99);
    const char *end;
    const char *text = "12.5e2abc";
    CHECK(rpy_float_strtod(text, &end) == 1250.0 && end == text + 6);
}

static void rounding(void)
{
    CHECK(rpy_float_round(2.5, 0, 0) == 3.0 && rpy_float_round(2.5, 0, 1) == 2.0);
    CHECK(rpy_float_round(-2.5, 0, 0) == -3.0 && rpy_float_round(3.5, 0, 1) == 4.0);
    CHECK(rpy_float_round(2.675, 2, 0) == 2.67);
    CHECK(rpy_float_round(0.125, 2, 0) == 0.13 && rpy_float_round(0.125, 2, 1) == 0.12);
    CHECK(rpy_float_round(1234.0, -2, 0) == 1200.0 && rpy_float_round(1250.0, -2, 0) == 1300.0);
    CHECK(rpy_float_round(1250.0, -2, 1) == 1200.0 && rpy_float_round(5.0, -1, 0) == 10.0);
    CHECK(rpy_float_round(4.9, -1, 0) == 0.0 && rpy_float_round(999.5, 0, 0) == 1000.0);
    CHECK(rpy_float_round(0.5, 0, 0) == 1.0 && rpy_float_round(0.5, 0, 1) == 0.0);
    CHECK(rpy_float_round(1e300, -300, 0) == 1e300 && rpy_float_round(1e300, -302, 0) == 0.0);
    CHECK(rpy_float_round(1.1, 20, 0) == 1.1 && signbit(rpy_float_round(-0.1, 0, 0)));
    CHECK(rpy_float_round(5e-324, 300, 0) == 0.0);
}

static void math_rules(void)
{
    int status;
    rpy_signed e;
    CHECK(rpy_float_pow(2, 10, &status) == 1024 && status == RPY_FLOAT_OK);
    rpy_float_pow(-2, 0.5, &status);
    CHECK(status == RPY_FLOAT_DOMAIN);
    rpy_float_pow(0, -1, &status);
    CHECK(status == RPY_FLOAT_DOMAIN);
    rpy_float_pow(10, 400, &status);
    CHECK(status == RPY_FLOAT_RANGE);
    rpy_float_fmod(1, 0, &status);
    CHECK(status == RPY_FLOAT_DOMAIN);
    rpy_float_log(0, &status);
    CHECK(status == RPY_FLOAT_DOMAIN);
    rpy_float_math1(exp, 1000, 1, &status);
    CHECK(status == RPY_FLOAT_RANGE);
    rpy_float_math1(sqrt, -1, 0, &status);
    CHECK(status == RPY_FLOAT_DOMAIN);
    rpy_float_ldexp(1, 5000, &status);
    CHECK(status == RPY_FLOAT_RANGE);
    CHECK(rpy_float_gamma(5, &status) == 24 && status == RPY_FLOAT_OK);
    rpy_float_gamma(-1, &status);
    CHECK(status == RPY_FLOAT_DOMAIN);
    CHECK(rpy_float_frexp(8, &e) == 0.5 && e == 4);
    CHECK(rpy_float_to_signed(1e30) == INT64_MIN && rpy_float_to_signed(-1.5) == -1);
    CHECK(rpy_float_to_unsigned(1.8e19) == 18000000000000000000u);
}

static void integers(void)
{
    rpy_signed r;
    CHECK(rpy_int_floor_div(-7, 2) == -4 && rpy_int_floor_mod(-7, 2) == 1);
    CHECK(rpy_int_floor_div(7, -2) == -4 && rpy_int_floor_mod(7, -2) == -1);
    CHECK(rpy_int_floor_div(INT64_MIN, -1) == INT64_MIN);
    CHECK(rpy_int_floor_mod(INT64_MIN, -1) == 0);
    CHECK(rpy_int_add_ovf(INT64_MAX, 1, &r) && !rpy_int_add_ovf(1, 2, &r));
    CHECK(rpy_int_mul_ovf(1L << 40, 1L << 40, &r) && rpy_int_neg_ovf(INT64_MIN, &r));
    CHECK(rpy_int_lshift_ovf(1, 63, &r) && !rpy_int_lshift_ovf(-1, 63, &r));
    CHECK(rpy_int_lshift(1, 64) == 0 && rpy_int_rshift(-5, 100) == -1);
    CHECK(rpy_uint_mul_high(UINT64_MAX, UINT64_MAX) == UINT64_MAX - 1);
    CHECK(rpy_int_mulmod(INT64_MAX, INT64_MAX, 1000007) >= 0);
    CHECK(rpy_int_mulmod(-3, 5, 7) == 6 && rpy_int_mulmod(3, 5, -7) == -6);
}

/* Runs function in a child; its standard error goes to text. */
static int in_child(void (*function)(void), char *text, size_t room)
{
    int fd[2], status;
    size_t n = 0;
    if (pipe(fd) != 0)
        return -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fd[1], 2);
        close(fd[0]), close(fd[1]);
        function();
        _exit(0);
    }
    close(fd[1]);
    for (;;) {
        ssize_t k = read(fd[0], text + n, room - 1 - n);
        if (k <= 0)
            break;
        n += (size_t)k;
    }
    text[n] = '\0';
    close(fd[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static const rpy_location deep = { "deep.py", "inner", 3 };
static const rpy_location middle = { "mid.py", "middle", 20 };
static const rpy_location outer = { "main.py", "entry_point", 100 };

static void uncaught(void)
{
    RPY_TB_RAISED(&middle);
    RPY_TB_CAUGHT(&outer, 8);
    rpy_exc_raise(RPY_EXC_VALUE_ERROR);
    RPY_TB_RAISED(&deep);
    RPY_TB_PASSED(&middle);
    RPY_TB_CAUGHT(&outer, 16);
    RPY_TB_RAISED(&outer);
    RPY_TB_CAUGHT(&outer, 8);
    RPY_TB_RERAISED(&outer, 16);
    rpy_exc_uncaught();
}

static void fatal(void) { rpy_fatal("strange"); }

static void ends(void)
{
    char text[4000];
    int expected = RPY_EXC_FATAL_STATUS < 0 ? -6 : RPY_EXC_FATAL_STATUS;
    CHECK(in_child(uncaught, text, sizeof text) == expected);
    const char *want =
        "RPython traceback:\n"
        "  File \"main.py\", line 100, in entry_point\n"
        "  File \"mid.py\", line 20, in middle\n"
        "  File \"deep.py\", line 3, in inner\n"
        "Fatal RPython error: Error\n";
    CHECK(strcmp(text, want) == 0);
    CHECK(in_child(fatal, text, sizeof text) == expected);
    CHECK(strcmp(text, "Fatal RPython error: strange\n") == 0);
}

static void log_sections(void)
{
    setenv("PYPYLOG", "gc,mine:-", 1);
    rpy_log_init();
    CHECK(rpy_log_enabled && getenv("PYPYLOG") == NULL);
    rpy_log_start("gc-minor", 0);
    rpy_log_start("other", 0);
    CHECK(!RPY_LOG_PRINTS());
    rpy_log_stop("other", 0);
    CHECK(RPY_LOG_PRINTS());
    rpy_log_printf("text %d\n", 5);
    rpy_log_stop("gc-minor", 0);
    CHECK(!RPY_LOG_PRINTS() && rpy_log_have_prints_for("gc") &&
          !rpy_log_have_prints_for("jit"));
    if (failures)
        _exit(1);
}

static void log_test(void)
{
    char text[1000], a[100], b[100];
    if (in_child(log_sections, text, sizeof text) != 0)
        check(0, text, __LINE__);
    CHECK(sscanf(text, "[%99[0-9a-f]] {gc-minor\ntext 5\n[%99[0-9a-f]] gc-minor}\n", a, b) == 2);
}

static void raw_memory(void)
{
    CHECK(rpy_raw_malloc(-1) == NULL);
    CHECK(rpy_raw_malloc_items(0, 8, (rpy_signed)1 << 61, 0) == NULL);
    char *p = rpy_raw_malloc_items(8, 2, 10, 1);
    CHECK(p != NULL && p[27] == 0);
    p = rpy_raw_realloc(p, 100);
    rpy_raw_free(p);
    p = rpy_raw_malloc(0);
    CHECK(p != NULL);
    rpy_raw_free(p);
    CHECK(rpy_time_now() > 1e9 && rpy_time_monotonic() >= 0 && rpy_time_clock() >= 0);
    CHECK(rpy_time_sleep(0.001) == 0);
}

int test_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    formats();
    parsing();
    rounding();
    math_rules();
    integers();
    ends();
    log_test();
    raw_memory();
    if (failures == 0)
        printf("units ok\n");
    return failures != 0;
}
