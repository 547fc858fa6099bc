# Steps with a headed line, their seconds and a summary; the first failure ends the run with its step's name.
# Read by check.sh and test.sh.

names=()
results=()
began=$SECONDS

# step NAME FUNCTION: runs the function in a shell of its own, so that -e holds inside it.
step() {
  local name=$1 work=$2 start=$SECONDS status=0
  printf '\n=== %s\n' "$name"
  set +e
  (set -e; "$work")
  status=$?
  set -e
  names+=("$name")
  case $status in
    0) results+=("$((SECONDS - start)) s") ;;
    77) results+=("SKIPPED") ;;
    *)
      results+=("FAILED after $((SECONDS - start)) s")
      summary
      printf '\nFAILED: %s (exit %s)\n' "$name" "$status"
      exit 1
      ;;
  esac
}

# skip REASON: leaves the step, loudly.
skip() {
  printf 'SKIPPED: %s\n' "$1"
  exit 77
}

summary() {
  local i
  printf '\n=== Summary\n'
  for i in "${!names[@]}"; do printf '  %-58s %s\n' "${names[i]}" "${results[i]}"; done
  printf '  %-58s %s\n' "total" "$((SECONDS - began)) s"
}
