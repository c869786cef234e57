//! The options that are text: labels and tags, and what text may be in them.

use syn::{Lit, LitStr};

use super::entry::{Entry, between_commas};
use crate::errors::{Errors, error};

/// Longest label, in characters. A table still has room for it.
const LABEL_LENGTH: usize = 200;
/// Longest tag, in characters.
const TAG_LENGTH: usize = 60;

const TAGS_EXAMPLE: &str = "`tags = [\"io\", \"startup\"]`";

/// Reads the value of `name = "…"`.
pub(super) fn label(entry: &Entry) -> syn::Result<LitStr> {
    named(entry, "`name = \"parse request\"`", ("a string", "a name"))
}

/// Reads the value of `compare = "…"`.
pub(super) fn group(entry: &Entry) -> syn::Result<LitStr> {
    let group = "the name of a group";
    named(entry, "`compare = \"sorts\"`", (group, group))
}

/// Reads a string that stands in reports: what the option `expects`, and the `kind` of name that this is.
fn named(entry: &Entry, example: &str, (expects, kind): (&str, &str)) -> syn::Result<LitStr> {
    match entry.literal(example)? {
        Lit::Str(name) => check(kind, &name, LABEL_LENGTH).map(|()| name),
        other => {
            let what = format!("`{}` expects {expects}", entry.name);
            Err(error(other.span(), what, format!("as in {example}")))
        }
    }
}

/// Reads the value of `tags = […]`, without the tags that are wrong.
pub(super) fn tags(entry: &Entry, errors: &mut Errors) -> syn::Result<Vec<LitStr>> {
    let mut tags: Vec<LitStr> = Vec::new();
    for element in between_commas(entry.array(TAGS_EXAMPLE)?) {
        match tag(element, &tags) {
            Ok(tag) => tags.push(tag),
            Err(error) => errors.push(error),
        }
    }
    Ok(tags)
}

fn tag(element: proc_macro2::TokenStream, earlier: &[LitStr]) -> syn::Result<LitStr> {
    let span = element.clone().into_iter().next().map(|tree| tree.span());
    let tag: LitStr = syn::parse2(element).map_err(|other| {
        let help = format!("as in {TAGS_EXAMPLE}");
        error(span.unwrap_or_else(|| other.span()), "a tag is a string", help)
    })?;
    check("a tag", &tag, TAG_LENGTH)?;
    if earlier.iter().any(|other| other.value() == tag.value()) {
        let what = format!("the tag {:?} is given twice", tag.value());
        return Err(error(tag.span(), what, "keep one of the two"));
    }
    Ok(tag)
}

/// Checks that text can stand in a table, a file and a terminal.
fn check(kind: &str, text: &LitStr, longest: usize) -> syn::Result<()> {
    let value = text.value();
    let (what, help) = if value.trim().is_empty() {
        (format!("{kind} cannot be empty"), "leave the option out, or write something".to_owned())
    } else if value.trim() != value {
        (format!("{kind} cannot begin or end with a space"), format!("write {:?}", value.trim()))
    } else if value.chars().any(char::is_control) {
        (
            format!("{kind} cannot hold control characters"),
            "line breaks, tabs and escapes would break the reports that show it".to_owned(),
        )
    } else if value.chars().count() > longest {
        let length = value.chars().count();
        (
            format!("{kind} of {length} characters is too long"),
            format!("use at most {longest} characters"),
        )
    } else if !text.suffix().is_empty() {
        (format!("unexpected suffix `{}`", text.suffix()), "remove it".to_owned())
    } else {
        return Ok(());
    };
    Err(error(text.span(), what, help))
}
