//! Generates the parser from the grammar, into the build folder.

fn main() {
    lalrpop::Configuration::new()
        .use_cargo_dir_conventions()
        .emit_rerun_directives(true)
        .log_quiet()
        .process_file("src/grammar.lalrpop")
        .expect("the grammar is LALR(1)");
}
