//! The pages of a server around those of runs: everything at a glance, the list of runs, what became slower, and
//! what runs now. Each can be read without scripts, and chosen from by links and forms alone. Pure.

mod live;
mod overview;
mod runs;
mod series;
mod slower;

use std::sync::LazyLock;

use super::markup::text;
use super::{GENERATOR, VERSION, assets};

pub use live::live;
pub use overview::{Overview, overview};
pub use runs::runs;
pub use slower::slower;

/// The pages that every other one leads to.
const VIEWS: [(&str, &str); 4] =
    [("/", "Overview"), ("/runs", "Runs"), ("/slower", "What became slower"), ("/live", "Live")];

static STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}{}", assets::style(), include_str!("../page/site.css")));

/// Returns the style of all pages of a server.
pub fn style() -> &'static str {
    &STYLE
}

/// Returns the script of the pages around those of runs: it renews the one that shows what runs now.
pub fn script() -> &'static str {
    include_str!("../page/site.js")
}

/// Returns a page of this title, with this HTML in it. `at` is the address of the view that it is.
fn page(at: &str, title: &str, body: &str) -> String {
    let link = |(address, name): &(&str, &str)| {
        let current = if *address == at { " aria-current=\"page\"" } else { "" };
        format!("<a href=\"{address}\"{current}>{name}</a>")
    };
    let views: Vec<String> = VIEWS.iter().map(link).collect();
    let title = text(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         {GENERATOR}{VERSION}\">\n<title>{title} · perf-report</title>\n\
         <link rel=\"stylesheet\" href=\"/assets/page.css\">\n\
         <script src=\"/assets/site.js\" defer></script>\n</head>\n<body class=\"site\">\n\
         <a class=\"skip\" href=\"#main\">Skip to content</a>\n<header id=\"top\">\n<h1>{title}</h1>\n\
         <nav id=\"nav\" aria-label=\"Pages\">{}</nav>\n</header>\n\
         <main id=\"main\" tabindex=\"-1\">\n{body}</main>\n</body>\n</html>\n",
        views.concat()
    )
}

/// Returns the page in place of one that cannot be shown.
pub fn problem(problem: &str, help: Option<&str>) -> String {
    let help = help.map(|help| format!("<p>{}</p>\n", text(help))).unwrap_or_default();
    let body = format!("<p class=\"problem\" role=\"alert\">{}</p>\n{help}", text(problem));
    page("", "Nothing to show", &body)
}

/// Returns the page in place of one that is not there.
pub fn nothing() -> String {
    problem("there is no page of this address", Some("the pages that there are stand above"))
}

/// Returns the page for those who did not bring the token.
pub fn wants_token() -> String {
    page(
        "",
        "A token is wanted",
        "<p>This server answers those who bring its token. It was printed where the server was started; \
         a program sends it as <code>Authorization: Bearer TOKEN</code>.</p>\n\
         <form action=\"/\"><label class=\"choice\">Token <input type=\"password\" name=\"token\" \
         autocomplete=\"off\" required></label> <button>Open</button></form>\n",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_are_no_markup() {
        let page = problem("<script>alert(1)</script>", Some("a & \"b\" <i>"));
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        assert!(page.contains("a &amp; &quot;b&quot; &lt;i&gt;"), "{page}");
    }
}
