#!/bin/sh
# Plans all units, and describes each that changes something. Ends with 3 when one is refused.
set -eu
plans=$(mktemp -d)
trap 'rm -rf "$plans"' EXIT
terragrunt run --all --non-interactive --out-dir "$plans/saved" --json-out-dir "$plans/json" plan
status=0
find "$plans/json" -name '*.json' | sort > "$plans/list"
while read -r plan; do
  unit=${plan#"$plans/json/"}
  echo "### ${unit%/tfplan.json}"
  echo
  talonone-review -max-removals "${MAX_REMOVALS:-100}" -approvals removals.txt "$plan" || status=$?
done < "$plans/list"
exit "$status"
