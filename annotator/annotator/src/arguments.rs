//! Matching the arguments of a call with the parameters of a function.

use crate::desc::Signature;
use rpy_host::Value;
use std::sync::Arc;

/// Where the value of a parameter comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ArgSource {
    /// Positional argument of that number; a bound `self` is number 0, items of a `*args` tuple follow the plain ones.
    Positional(usize),
    /// Keyword argument of that number.
    Keyword(usize),
    /// The default value.
    Default(Value),
}

/// For each parameter of a graph (those of `*args` one by one) where its value comes from.
/// The error says in words what does not match.
pub fn match_arguments(
    signature: &Signature,
    name: &str,
    n_positional: usize,
    keywords: &[Arc<str>],
) -> Result<Vec<ArgSource>, String> {
    if signature.kwarg.is_some() {
        return Err(format!("`{name}` takes `**` arguments, which RPython does not have"));
    }
    let n = signature.names.len();
    if n_positional > n && signature.vararg.is_none() {
        return Err(too_many(signature, name, n_positional));
    }
    let mut result: Vec<Option<ArgSource>> = (0..n.max(n_positional))
        .map(|i| (i < n_positional).then_some(ArgSource::Positional(i)))
        .collect();
    for (k, keyword) in keywords.iter().enumerate() {
        match signature.names.iter().position(|p| p == keyword) {
            Some(i) if result[i].is_some() => {
                return Err(format!("`{name}` gets two values for the argument `{keyword}`"));
            }
            Some(i) => result[i] = Some(ArgSource::Keyword(k)),
            None => {
                let known = signature.names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>();
                return Err(format!(
                    "`{name}` has no argument called `{keyword}` (it has {})",
                    if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    }
                ));
            }
        }
    }
    let first_default = n.saturating_sub(signature.defaults.len());
    let mut missing = vec![];
    for (i, slot) in result.iter_mut().enumerate().take(n) {
        if slot.is_none() {
            match i.checked_sub(first_default).and_then(|d| signature.defaults.get(d)) {
                Some(value) => *slot = Some(ArgSource::Default(*value)),
                None => missing.push(format!("`{}`", signature.names[i])),
            }
        }
    }
    if !missing.is_empty() {
        let plural = if missing.len() == 1 { "" } else { "s" };
        let wanted = count(
            first_default,
            signature.vararg.is_some() || !signature.defaults.is_empty(),
        );
        return Err(format!(
            "`{name}` needs {wanted} argument{}, but the argument{plural} {} {} missing here",
            if first_default == 1 { "" } else { "s" },
            missing.join(", "),
            if missing.len() == 1 { "is" } else { "are" },
        ));
    }
    Ok(result.into_iter().flatten().collect())
}

fn count(n: usize, at_least: bool) -> String {
    if at_least {
        format!("at least {n}")
    } else {
        n.to_string()
    }
}

fn too_many(signature: &Signature, name: &str, given: usize) -> String {
    let n = signature.names.len();
    let wanted = if signature.defaults.is_empty() {
        format!("{n} argument{}", if n == 1 { "" } else { "s" })
    } else {
        format!("at most {n} argument{}", if n == 1 { "" } else { "s" })
    };
    format!("`{name}` takes {wanted}, but {given} are given here")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(names: &[&str], defaults: &[i64], vararg: bool) -> Signature {
        Signature {
            names: names.iter().map(|n| (*n).into()).collect(),
            vararg: vararg.then(|| "args".into()),
            kwarg: None,
            defaults: defaults.iter().map(|d| Value::Int(*d)).collect(),
        }
    }

    #[test]
    fn keywords_and_defaults_fill_the_gaps() {
        let s = signature(&["a", "b", "c"], &[7], false);
        let got = match_arguments(&s, "f", 1, &["b".into()]);
        let want = vec![
            ArgSource::Positional(0),
            ArgSource::Keyword(0),
            ArgSource::Default(Value::Int(7)),
        ];
        assert_eq!(got, Ok(want));
    }

    #[test]
    fn what_is_missing_is_named() {
        let s = signature(&["a", "b"], &[], false);
        let got = match_arguments(&s, "f", 1, &[]);
        assert_eq!(
            got,
            Err("`f` needs 2 arguments, but the argument `b` is missing here".into())
        );
    }

    #[test]
    fn extra_arguments_go_to_the_star() {
        let s = signature(&["a"], &[], true);
        assert_eq!(match_arguments(&s, "f", 3, &[]).map(|v| v.len()), Ok(3));
        assert!(match_arguments(&signature(&["a"], &[], false), "f", 3, &[]).is_err());
    }
}
