#!/usr/bin/env bash
# From a shop's files to the demo store in a browser. Environment:
#   SHOP=DIR      a folder with orders.csv and any of catalog.csv, events.csv (each also .gz), endcap.toml
#   PORT=8080     where to serve
#   DEMO_SERVE=0  stop before serving
#   ENDCAP=FILE   an `endcap` binary to use instead of building a release one

. "$(dirname -- "$0")/env.sh"
started_in=${OLDPWD:-$PWD}
.ci/setup.sh wasm npm

if [ -z "${ENDCAP:-}" ]; then
  cargo build --release --bin endcap
  ENDCAP=$TARGET_DIR/release/endcap
fi

mkdir -p demo
models=demo/models
if [ -n "${SHOP:-}" ]; then
  shop=$SHOP
  [ "${shop#/}" != "$shop" ] || shop=$started_in/$shop
  [ -d "$shop" ] || die "SHOP=$SHOP is not a folder" "give a folder that holds orders.csv or events.csv"
else
  shop=demo/shop
  rm -rf "$shop" # an earlier demo's, and never the visitor's own
  "$ENDCAP" sample "$shop"
fi

# feed NAME: the file of that name in the shop's folder, plain or gzipped, or nothing.
feed() {
  local file
  for file in "$shop/$1.csv" "$shop/$1.csv.gz"; do
    [ ! -f "$file" ] || { printf '%s\n' "$file"; return; }
  done
}

train=()
for name in catalog orders events; do
  file=$(feed "$name")
  [ -z "$file" ] || train+=("--$name" "$file")
done
case " ${train[*]-} " in
  *" --orders "* | *" --events "*) ;;
  *) die "$shop holds neither orders.csv nor events.csv (nor either as .gz)" "put one of them there; README.md lists their columns" ;;
esac
[ ! -f "$shop/endcap.toml" ] || train+=(--config "$shop/endcap.toml")

rm -rf "$models" demo/month demo/report.html
mkdir -p "$models"
model=$models/model.endcap
"$ENDCAP" train "${train[@]}" -o "$model"
# The page waits for the first slice only; the others are fetched when it is idle.
"$ENDCAP" slice "$model" --relations cart -o "$models/cart.endcap"
"$ENDCAP" slice "$model" --relations bought_together,similar --addition -o "$models/rest.endcap"
"$ENDCAP" slice "$model" --relations cards --addition -o "$models/cards.endcap"
"$ENDCAP" inspect "$model" --items --json > "$models/products.json"

# A month of the sample shop in which the add-ons lost margin: the report says so, and its overlay switches them off.
extra=()
if [ -z "${SHOP:-}" ]; then
  month=demo/month
  "$ENDCAP" simulate --lift 0.03 --margin-drag 0.12 --visitors-a-day 400 -o "$month"
  "$ENDCAP" report --config "$month/endcap.toml" --events "$month/events.jsonl" --orders "$month/orders.csv" \
    --catalog "$month/catalog.csv" --now 2026-10-01T00:00:00Z --title "The Endcap Coffee House, September" \
    --bundle "$model" --apply "$models/revert.overlay" --revision 1 -o demo/report.html
  [ ! -f "$models/revert.overlay" ] || extra+=(--revert "$models/revert.overlay")
fi

ENDCAP=$ENDCAP .ci/pack.sh endcap
words=()
if [ -n "${SHOP:-}" ]; then
  words=(--name "$(basename -- "$shop")" --tagline "Your products, and what goes with them")
  words+=(--promise "Ranked in this browser, from a model trained on your own files.")
fi
node www/build.mjs "${words[@]}" "${extra[@]}" --shop "$shop" --models "$models" --pkg pkg --out www/dist

[ ! -f demo/report.html ] || say "demo: the report on a simulated month is demo/report.html; its verdict is in the cart's drawer"
[ "${DEMO_SERVE:-1}" != 0 ] || { say "demo: built in www/dist, not served (DEMO_SERVE=0)"; exit 0; }
say "demo: open the address below; Ctrl-C stops it"
exec "$ENDCAP" serve www/dist --port "${PORT:-8080}"
