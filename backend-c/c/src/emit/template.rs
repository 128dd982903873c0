//! C expressions of the operations that compute a value from values: `{0}` … are the operands.

use rpy_flow::OpCode;

/// The expression, for operations that have one.
pub fn template(code: OpCode) -> Option<&'static str> {
    use OpCode::*;
    Some(match code {
        BoolNot => "!{0}",
        IntNeg | UintNeg => "-{0}",
        FloatNeg => "-{0}",
        IntInvert | UintInvert => "~{0}",
        IntIsTrue | UintIsTrue => "{0} != 0",
        FloatIsTrue => "{0} != 0.0",
        IntAbs => "{0} < 0 ? -{0} : {0}",
        FloatAbs => "__builtin_fabs({0})",
        IntAdd | UintAdd | FloatAdd => "{0} + {1}",
        IntSub | UintSub | FloatSub => "{0} - {1}",
        IntMul | UintMul | FloatMul => "{0} * {1}",
        FloatTruediv => "{0} / {1}",
        IntAnd | UintAnd => "{0} & {1}",
        IntOr | UintOr => "{0} | {1}",
        IntXor | UintXor => "{0} ^ {1}",
        IntLshift => "(rpy_signed)((rpy_unsigned){0} << {1})",
        UintLshift => "{0} << {1}",
        IntRshift | UintRshift => "{0} >> {1}",
        IntLt | UintLt | FloatLt | CharLt | UnicharLt => "{0} < {1}",
        IntLe | UintLe | FloatLe | CharLe | UnicharLe => "{0} <= {1}",
        IntEq | UintEq | FloatEq | CharEq | UnicharEq => "{0} == {1}",
        IntNe | UintNe | FloatNe | CharNe | UnicharNe => "{0} != {1}",
        IntGt | UintGt | FloatGt | CharGt | UnicharGt => "{0} > {1}",
        IntGe | UintGe | FloatGe | CharGe | UnicharGe => "{0} >= {1}",
        IntMin => "{0} < {1} ? {0} : {1}",
        IntMax => "{0} > {1} ? {0} : {1}",
        IntFloordiv => "rpy_int_c_div({0}, {1})",
        IntMod => "rpy_int_c_mod({0}, {1})",
        UintFloordiv => "{0} / {1}",
        UintMod => "{0} % {1}",
        IntPyDiv => "rpy_int_floor_div({0}, {1})",
        IntPyMod => "rpy_int_floor_mod({0}, {1})",
        UintMulHigh => "(rpy_unsigned)(((rpy_uint128){0} * {1}) >> 64)",
        IntBetween => "{0} <= {1} && {1} < {2}",
        IntForceGeZero => "{0} < 0 ? 0 : {0}",
        CastBoolToInt | CastCharToInt | CastUnicharToInt | CastUintToInt => "(rpy_signed){0}",
        CastBoolToUint | CastIntToUint => "(rpy_unsigned){0}",
        CastBoolToFloat | CastIntToFloat | CastUintToFloat => "(double){0}",
        CastIntToChar => "(unsigned char){0}",
        CastIntToUnichar => "(uint32_t){0}",
        CastFloatToInt => "rpy_float_to_signed({0})",
        CastFloatToUint => "rpy_float_to_unsigned({0})",
        ConvertFloatBytesToInt => "rpy_float_to_bits({0})",
        ConvertIntBytesToFloat => "rpy_float_from_bits({0})",
        PtrNonzero => "{0} != NULL",
        PtrIszero => "{0} == NULL",
        AdrEq => "(char *){0} == (char *){1}",
        AdrNe => "(char *){0} != (char *){1}",
        AdrLt => "(char *){0} < (char *){1}",
        AdrLe => "(char *){0} <= (char *){1}",
        AdrGt => "(char *){0} > (char *){1}",
        AdrGe => "(char *){0} >= (char *){1}",
        AdrAdd => "(void *)((char *){0} + {1})",
        AdrSub => "(void *)((char *){0} - {1})",
        AdrDelta => "(rpy_signed)((char *){0} - (char *){1})",
        CastPtrToInt | CastAdrToInt => "(rpy_signed)(intptr_t){0}",
        CastIntToAdr => "(void *)(intptr_t){0}",
        Likely => "RPY_LIKELY({0})",
        Unlikely => "RPY_UNLIKELY({0})",
        RawMemcopy => "memcpy({1}, {0}, (size_t){2})",
        RawMemmove => "memmove({1}, {0}, (size_t){2})",
        RawMemset => "memset({0}, {1}, (size_t){2})",
        RawFree | AdrFree => "rpy_raw_free({0})",
        ExcFetch => "rpy_exc_value",
        ExcClear => "rpy_exc_value = NULL",
        ExcSet => "rpy_exc_value = {0}",
        ExcOccurred => "rpy_exc_value != NULL",
        _ => return None,
    })
}

/// The check of an operation that may overflow: true if it did, the result behind the pointer `{r}`.
pub fn overflow_template(code: OpCode) -> Option<&'static str> {
    Some(match code {
        OpCode::IntAddOvf => "__builtin_add_overflow({0}, {1}, {r})",
        OpCode::IntSubOvf => "__builtin_sub_overflow({0}, {1}, {r})",
        OpCode::IntMulOvf => "__builtin_mul_overflow({0}, {1}, {r})",
        OpCode::IntNegOvf => "__builtin_sub_overflow((rpy_signed)0, {0}, {r})",
        OpCode::IntAbsOvf => "rpy_ops_abs_ovf({0}, {r})",
        _ => return None,
    })
}

/// Fills in the operands.
pub fn fill(template: &str, args: &[String]) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let digit = rest[at + 1..].chars().next().and_then(|c| c.to_digit(10));
        match digit.and_then(|d| args.get(d as usize)) {
            Some(arg) => {
                out.push_str(arg);
                rest = &rest[at + 3..];
            }
            None => {
                out.push('{');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}
