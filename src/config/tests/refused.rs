//! Values of shop, stock and placements that cannot hold.

use super::*;

#[test]
fn what_cannot_hold_is_refused_and_never_cut_to_size() {
    for (text, expected) in [
        (
            "[shop]\nfree_shipping_at = 49.999",
            "2:20: `free_shipping_at`: expected an amount above 0 with at most 2 decimals, found `49.999`",
        ),
        (
            "[shop]\ncurrency = \"JPY\"\nfree_shipping_at = 49.5",
            "3:20: `free_shipping_at`: expected an amount above 0 in JPY with at most 0 decimals",
        ),
        ("[shop]\nfree_shipping_at = -5", "2:20: `free_shipping_at`: expected an amount above 0"),
        ("[shop]\nfree_shipping_at = 0", "2:20: `free_shipping_at`: expected an amount above 0"),
        ("[shop]\nmax_live_placements = 0", "2:23: `max_live_placements`: expected a whole number from 1 to 64"),
        ("[shop]\nsensitive = []", "2:13: `sensitive`: expected 1 to 10000 texts, found an empty list; name one"),
        ("[shop]\nsensitive = [\" \"]", "2:14: `sensitive`: expected a text of 1 to 200 bytes"),
        ("[shop]\nname = \"\"", "2:8: `name`: expected a text of 1 to 200 bytes"),
        (
            "[shop]\ntimezone = \"Europe/Berln\"",
            "2:12: `timezone`: expected an IANA name such as Europe/Berlin, found `Europe/Berln`; did you mean `Europe/Berlin`?",
        ),
        ("[stock]\nstale_after = \"6 h\"", "2:15: `stale_after`: expected a whole number and a unit (m, h, d, w)"),
        ("[stock]\nstale_after = \"53w\"", "2:15: `stale_after`: expected a whole number and a unit"),
        ("[stock]\nstale_after = 6", "2:15: `stale_after`: expected a text, found a whole number"),
        ("[stock]\nwhen_stale = \"hide\"", "1:1: [stock]: expected `stale_after`, found none; add it with an age"),
        ("[stock]\nprice_jump = 0", "2:14: `price_jump`: expected a share above 0, at most 10, or false, found `0`"),
        ("[stock]\nprice_jump = 1e-60", "2:14: `price_jump`: expected a share above 0"),
        (
            "[stock]\nprice_jump = true",
            "2:14: `price_jump`: expected a share above 0, at most 10, or false, found true",
        ),
        ("[placement.cart]\nmax_relevance_loss = 0.51", "2:22: `max_relevance_loss`: expected a number from 0 to 0.5"),
        ("[placement.cart]\ndiversity = 1.1", "2:13: `diversity`: expected a number from 0 to 1"),
        ("[placement.cart]\nmargin_floor = -1.5", "2:16: `margin_floor`: expected a share from -1 to 1"),
        (
            "[placement.cart]\nmargin_floor = 0.1234",
            "2:16: `margin_floor`: expected a share from -1 to 1 with at most 3",
        ),
        ("[placement.cart]\nmax_per_brand = 101", "2:17: `max_per_brand`: expected a whole number from 0 to 100"),
        ("[placement.cart]\nmax_moves = -1", "2:13: `max_moves`: expected a whole number from 0 to 100"),
        ("[placement.cart]\nenabled = 0", "2:11: `enabled`: expected true or false, found a whole number"),
        ("[placement.cart]\nowner = \"a\\u0007b\"", "2:9: `owner`: expected a text of 1 to 200 bytes"),
        (
            "[placement.cart]\nfallback = [\"popular\", \"popular\"]",
            "2:12: `fallback`: expected each rung once, found `popular` twice; remove one",
        ),
        (
            "[placement.cart]\nreview_by = \"soon\"",
            "2:13: `review_by`: expected a date such as 2027-03-31, found a text",
        ),
        ("[placement.cart]\nreview_by = 2027-03-31T00:00:00", "2:13: `review_by`: expected a date such as 2027-03-31"),
        ("[placement.cart]\nreview_by = 1927-03-31", "2:13: `review_by`: expected a day from 1970 to 2100"),
        (
            "[placement.cart]\nprice = { relax_to = [0.5, 1.5] }",
            "2:9: [price]: expected `relative_to_product`, found none; add it with a window",
        ),
        (
            "[placement.cart]\nprice = { relative_to_product = [0.5, 1.5], relax_to = [0.6, 2] }",
            "2:56: `relax_to`: expected a window that holds `relative_to_product`, found a narrower one; widen it",
        ),
        (
            "[placement.cart]\nprice = { relative_to_product = [1.5, 0.5] }",
            "2:33: `relative_to_product`: expected the lower share first, found the higher one; exchange them",
        ),
        ("[placement.cart]\nprice = { relative_to_product = [1] }", "2:33: `relative_to_product`: expected two shares"),
        (
            "[placement.cart]\nprice = { relative_to_product = [-1, 1] }",
            "2:34: `relative_to_product`: expected a share",
        ),
        ("[placement.cart]\nprice = { max_share_of_cart = 0 }", "2:31: `max_share_of_cart`: expected a share above 0"),
        (
            "[placement.cart]\nstock = { out = \"shown\" }",
            "2:17: `out`: expected one of show, bury, hide, found `shown`",
        ),
        ("[placement.cart]\nstock = { gone = \"hide\" }", "2:11: expected one of in_stock, low, backorder, preorder"),
    ] {
        let found = errors(text);
        assert!(found.len() == 1 && found[0].starts_with(&format!("e.toml:{expected}")), "{found:#?}\n  {expected}");
    }
}
