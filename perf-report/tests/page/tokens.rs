//! A tokenizer of HTML, as browsers have it, for what pages hold: the states of the standard for tags,
//! attributes, character references, and scripts with their escaped states.

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A start tag with its attributes.
    Start(String, Vec<(String, String)>),
    /// An end tag.
    End(String),
    /// Text between tags.
    Text(String),
    /// What stands in a script or a style.
    Raw(String),
    /// A comment or a declaration.
    Other,
}

impl Token {
    /// Returns the value of an attribute.
    pub(crate) fn attribute(&self, wanted: &str) -> Option<&str> {
        let Self::Start(_, attributes) = self else { return None };
        attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

/// Takes a page apart.
pub(crate) fn tokens(mut page: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    while !page.is_empty() {
        let Some(at) = page.find('<') else {
            tokens.push(Token::Text(unescaped(page)));
            break;
        };
        if at > 0 {
            tokens.push(Token::Text(unescaped(&page[..at])));
            page = &page[at..];
            continue;
        }
        let (token, rest) = tag(page);
        page = rest;
        let raw = match &token {
            Token::Start(name, _) if name == "script" || name == "style" => Some(name.clone()),
            _ => None,
        };
        tokens.push(token);
        if let Some(name) = raw {
            let end = if name == "script" { end_of_script(page) } else { end_tag(page, "style") };
            tokens.push(Token::Raw(page[..end].to_owned()));
            page = &page[end..];
        }
    }
    tokens
}

/// Reads what begins with `<`.
fn tag(page: &str) -> (Token, &str) {
    let after = &page[1..];
    if after.starts_with("!--") {
        let end = after.find("-->").map_or(after.len(), |at| at + 3);
        return (Token::Other, &after[end..]);
    }
    if after.starts_with(['!', '?']) {
        let end = after.find('>').map_or(after.len(), |at| at + 1);
        return (Token::Other, &after[end..]);
    }
    let is_end = after.starts_with('/');
    let after = after.strip_prefix('/').unwrap_or(after);
    if !after.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (Token::Text("<".to_owned()), &page[1..]);
    }
    let end = after.find(|c: char| c.is_ascii_whitespace() || "/>".contains(c));
    let (name, mut rest) = after.split_at(end.unwrap_or(after.len()));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            rest = rest.get(1..).unwrap_or("");
            break;
        }
        let (attribute, after) = attribute(rest);
        attributes.push(attribute);
        rest = after;
    }
    let name = name.to_ascii_lowercase();
    (if is_end { Token::End(name) } else { Token::Start(name, attributes) }, rest)
}

fn attribute(text: &str) -> ((String, String), &str) {
    let end =
        text.char_indices().skip(1).find(|(_, c)| c.is_ascii_whitespace() || "/>=".contains(*c));
    let (name, rest) = text.split_at(end.map_or(text.len(), |(at, _)| at));
    let name = name.to_ascii_lowercase();
    let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else {
        return ((name, String::new()), rest);
    };
    let (value, rest) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inside = &value[1..];
            let end = inside.find(quote).unwrap_or(inside.len());
            (&inside[..end], inside.get(end + 1..).unwrap_or(""))
        }
        _ => value.split_at(
            value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len()),
        ),
    };
    ((name, unescaped(value)), rest)
}

/// Returns where an end tag of this name begins.
fn end_tag(text: &str, name: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let wanted = format!("</{name}");
    let is_end = |at: &usize| lower[at + wanted.len()..].starts_with([' ', '\n', '\t', '/', '>']);
    lower.match_indices(&wanted).map(|(at, _)| at).find(is_end).unwrap_or(text.len())
}

/// Returns where a script ends: after `<!--` and `<script`, not at the next end tag.
fn end_of_script(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let (mut escaped, mut twice, mut at) = (false, false, 0);
    while at < lower.len() {
        let rest = &lower[at..];
        let is_tag = |name: &str| {
            rest.strip_prefix(name).is_some_and(|it| it.starts_with([' ', '\n', '\t', '/', '>']))
        };
        if rest.starts_with("<!--") {
            escaped = true;
        } else if rest.starts_with("-->") {
            (escaped, twice) = (false, false);
        } else if escaped && is_tag("<script") {
            twice = true;
        } else if is_tag("</script") {
            if !twice {
                return at;
            }
            twice = false;
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    text.len()
}

/// Returns text without the character references that pages use; others are an error of the page.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain += &rest[..at];
        rest = &rest[at..];
        let known =
            [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')];
        let found = known.iter().find(|(name, _)| rest.starts_with(name));
        let Some((name, c)) = found else { panic!("a bare ampersand: {rest:.40}") };
        plain.push(*c);
        rest = &rest[name.len()..];
    }
    plain + rest
}

#[test]
fn scripts_end_where_browsers_end_them() {
    let raw = |page: &str| {
        tokens(page).into_iter().find_map(|it| match it {
            Token::Raw(raw) => Some(raw),
            _ => None,
        })
    };
    assert_eq!(raw("<script>a</script>b").as_deref(), Some("a"));
    assert_eq!(raw("<script>a</scripted></SCRIPT >b").as_deref(), Some("a</scripted>"));
    let twice = "<!--<script>a</script>b";
    assert_eq!(raw(&format!("<script>{twice}</script>c")).as_deref(), Some(twice));
    assert_eq!(raw("<script><!-- a</script>b").as_deref(), Some("<!-- a"));
}
