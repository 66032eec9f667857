#!/bin/sh
# Rebuild the vendored assets in a temporary folder with npm; only whoever raises a version needs node.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vendor=$(dirname "$here")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --legacy-peer-deps govuk-frontend@6.6.0 @ministryofjustice/frontend@11.1.0 sass@1.108.2 htmx.org@4.0.1
cp "$here/_house-palette.scss" node_modules/govuk-frontend/dist/govuk/settings/_colours-palette--internal.scss
for name in govuk moj; do
  npx sass --load-path=. --load-path=node_modules --style=compressed --no-source-map --no-charset --quiet-deps \
    "$here/$name.scss" "$name.css"
done
cp govuk.css "$vendor/govuk.css"
sed -E 's/\.moj-timeline__document-link\{[^}]*\}//' moj.css >"$vendor/moj.css"
strip() { sed -E 's#//\# sourceMappingURL=.*##' "$1" >"$2"; }
strip node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js "$vendor/govuk-frontend.min.js"
strip node_modules/htmx.org/dist/htmx.min.js "$vendor/htmx.min.js"
strip node_modules/htmx.org/dist/ext/hx-sse.min.js "$vendor/hx-sse.min.js"
(cd "$vendor" && sha256sum ./*.css ./*.js)
