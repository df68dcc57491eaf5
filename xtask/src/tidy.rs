//! Rules about files that no compiler knows: their size, their names, and what must not be written down in them.

use std::fs;
use std::path::Path;

use crate::console::say;
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// A Rust file longer than this does more than one thing.
const LONGEST: usize = 800;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

/// Files that are not text.
const BINARY: [&str; 8] = ["icns", "ico", "jpg", "png", "sqlite", "ttf", "woff", "woff2"];

/// Where packages come from is the business of each machine's configuration. Written in two parts each, so that this
/// file keeps its own rule.
const PACKAGE_HOSTS: [&str; 6] = [
    concat!("registry.", "npmjs"),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
    concat!("files.", "pythonhosted"),
    concat!("deb.", "debian.org"),
    concat!("archive.", "ubuntu.com"),
];

/// Folders of one machine only.
const MACHINE_PATHS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Looks at every file that git has or would take, and reports all violations at once.
pub(crate) fn tidy(workspace: &Workspace) -> Result<(), Failure> {
    if !workspace.path(".git").exists() {
        say("not a git work tree: nothing says which files belong to the project, so none is looked at");
        return Ok(());
    }
    // The tree may belong to another user than the one who runs this, as in many a container.
    let mut list = workspace.program("git");
    list.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = invocation::answer(&mut list)?;
    let mut complaints = Vec::new();
    let mut count = 0_usize;
    for path in String::from_utf8_lossy(&listed).split_terminator('\0') {
        // Listed and gone is a removal that is not yet committed; a link's target is looked at under its own name.
        let at = workspace.path(path);
        let Ok(content) = fs::read(&at) else { continue };
        count += 1;
        complaints.extend(complaints_about(path, &content).into_iter().map(|complaint| format!("{path}: {complaint}")));
    }
    if complaints.is_empty() {
        say(&format!("{count} files are tidy"));
        return Ok(());
    }
    Err(Failure::new(format!("{} untidy:\n  {}", complaints.len(), complaints.join("\n  "))))
}

fn complaints_about(path: &str, content: &[u8]) -> Vec<String> {
    let mut complaints = Vec::new();
    for part in path.split('/') {
        let stem = part.split('.').next().unwrap_or(part).to_lowercase();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            complaints.push(format!("\"{part}\" says nothing; name it after what it is about"));
        }
    }
    let extension = Path::new(path).extension().unwrap_or_default().to_string_lossy();
    if BINARY.contains(&extension.as_ref()) {
        return complaints;
    }
    let Ok(text) = std::str::from_utf8(content) else {
        complaints.push(String::from("is not UTF-8 text"));
        return complaints;
    };
    complaints.extend(complaints_about_text(text));
    let lines = text.lines().count();
    if extension == "rs" && lines > LONGEST {
        complaints.push(format!("has {lines} lines, of at most {LONGEST}"));
    }
    complaints
}

fn complaints_about_text(text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if text.contains('\0') {
        complaints.push(String::from("has a NUL byte"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        complaints.push(String::from("has no newline at its end"));
    }
    for (index, line) in text.lines().enumerate() {
        if let Some(host) = PACKAGE_HOSTS.iter().find(|host| line.contains(**host)) {
            complaints.push(format!("line {} names the package host {host}", index + 1));
        }
        if let Some(path) = MACHINE_PATHS.iter().find(|path| starts_a_path(line, path)) {
            complaints.push(format!("line {} has a path of one machine, {path}", index + 1));
        }
    }
    complaints
}

/// Whether the text holds `path` as the beginning of an absolute path, not as a part of a longer one or of an address.
fn starts_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || "._-/$}>)*".contains(character))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, content: &str) -> String {
        complaints_about(path, content.as_bytes()).join("; ")
    }

    #[test]
    fn a_plain_file_is_tidy() {
        assert_eq!(complaints("src/token.rs", "//! Tokens.\n"), "");
        assert_eq!(complaints("empty.md", ""), "");
    }

    #[test]
    fn empty_names_are_refused_for_files_and_folders() {
        assert!(complaints("src/utils.rs", "").contains("utils.rs"));
        assert!(complaints("tests/common/mod.rs", "").contains("common"));
        assert!(complaints("ui/src/Helpers.ts", "").contains("Helpers.ts"));
        assert_eq!(complaints("src/window_manager_rules.rs", ""), "");
    }

    #[test]
    fn long_rust_files_are_refused() {
        assert_eq!(complaints("a.rs", &"\n".repeat(LONGEST)), "");
        assert!(complaints("a.rs", &"\n".repeat(LONGEST + 1)).contains("801 lines"));
        assert_eq!(complaints("a.md", &"\n".repeat(LONGEST + 1)), "");
    }

    #[test]
    fn text_is_utf_8_and_ends_with_a_newline() {
        assert!(complaints("a.md", "no end").contains("newline"));
        assert!(complaints("a.md", "a\0b\n").contains("NUL"));
        assert!(complaints_about("a.md", &[0xff, b'\n'])[0].contains("UTF-8"));
        assert_eq!(complaints_about("icon.png", &[0x89, 0xff]), Vec::<String>::new());
    }

    #[test]
    fn places_of_one_machine_and_package_hosts_are_refused() {
        for path in MACHINE_PATHS {
            assert!(complaints("a.md", &format!("see {path}x\n")).contains("line 1"));
            assert!(complaints("a.md", &format!("first\n\"{path}x\"\n")).contains("line 2"));
            assert_eq!(complaints("a.md", &format!("https://example.com{path}x and ..{path}\n")), "");
        }
        for host in PACKAGE_HOSTS {
            assert!(complaints("package-lock.json", &format!("\"https://{host}/x\"\n")).contains("package host"));
        }
    }
}
