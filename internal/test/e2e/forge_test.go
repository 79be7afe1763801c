package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const (
	githubToken = "github-token"
	gitlabToken = "gitlab-token"
	// botName is who writes with these tokens.
	botName = "github-actions[bot]"
	// requestNumber is that of every request.
	requestNumber = "7"
)

// The keys of plans, which a proxy in front of the deployment knows: they can only read.
const (
	planIntegrationKey = "plan-integration-key"
	planManagementKey  = "plan-management-key"
)

// readOnlyKeys starts a proxy that accepts the keys of plans for reads, and returns its address.
func readOnlyKeys(t *testing.T, deployment string) string {
	t.Helper()
	target, err := url.Parse(deployment)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		keys := strings.NewReplacer(planIntegrationKey, acctest.IntegrationKey, planManagementKey, acctest.ManagementKey)
		r.Out.Header.Set("Authorization", keys.Replace(r.In.Header.Get("Authorization")))
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "plan-") && r.Method != http.MethodGet {
			http.Error(w, `{"message":"this key can only read"}`, http.StatusForbidden)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// forge is as much of GitHub and GitLab as the pipelines ask for. Both show the same comments, issues and runs.
type forge struct {
	URL    string
	number int // of the request that was merged last

	mu       sync.Mutex
	comments []note
	issues   []issue
	runs     []run
	merged   map[string]string // the head of the request that ended with a commit
	asked    string            // the commit whose request was asked for last
}

type note struct{ author, body string }

type issue struct {
	title, body string
	closed      bool
}

type run struct {
	head     string
	success  bool
	artifact []byte
}

func newForge(t *testing.T) *forge {
	t.Helper()
	f := &forge{number: 7, merged: make(map[string]string)}
	mux := http.NewServeMux()
	// GitHub's API, as `gh api` asks for it.
	const repository = "/repos/team/promotions"
	github := func(pattern string, handle http.HandlerFunc) {
		mux.HandleFunc(pattern, f.locked("Authorization", "Bearer "+githubToken, handle))
	}
	github("GET "+repository+"/issues/7/comments", func(w http.ResponseWriter, _ *http.Request) {
		list := []any{}
		for id, c := range f.comments {
			list = append(list, map[string]any{"id": id + 1, "body": c.body, "user": map[string]any{"login": c.author}})
		}
		respond(w, list)
	})
	github("POST "+repository+"/issues/7/comments", f.addComment)
	github("PATCH "+repository+"/issues/comments/{id}", f.editComment)
	github("GET "+repository+"/commits/{commit}/pulls", func(w http.ResponseWriter, r *http.Request) {
		commit := r.PathValue("commit")
		list := []any{map[string]any{"number": 1, "merge_commit_sha": "0", "base": map[string]any{"ref": "main"}, "head": map[string]any{"sha": "1"}}}
		if head := f.merged[commit]; head != "" {
			list = append(list, map[string]any{"number": f.number, "merge_commit_sha": commit, "base": map[string]any{"ref": "main"}, "head": map[string]any{"sha": head}})
		}
		respond(w, list)
	})
	github("GET "+repository+"/actions/workflows/talonone.yml/runs", func(w http.ResponseWriter, r *http.Request) {
		list := []any{}
		if id, found := f.newest(r.URL.Query().Get("head_sha")); found && r.URL.Query().Get("event") == "pull_request" {
			list = append(list, map[string]any{"id": id, "conclusion": map[bool]string{true: "success", false: "failure"}[f.runs[id-1].success]})
		}
		respond(w, map[string]any{"workflow_runs": list})
	})
	github("GET /artifacts/{run}", f.artifact)
	github("GET "+repository+"/issues", func(w http.ResponseWriter, _ *http.Request) {
		list := []any{map[string]any{"number": 900, "body": nil}}
		for number, i := range f.issues {
			if !i.closed {
				list = append(list, map[string]any{"number": number + 1, "body": i.body})
			}
		}
		respond(w, list)
	})
	github("POST "+repository+"/issues", f.addIssue)
	github("PATCH "+repository+"/issues/{id}", f.editIssue)

	// GitLab's.
	const project = "/api/v4/projects/1"
	gitlab := func(pattern string, handle http.HandlerFunc) {
		mux.HandleFunc(pattern, f.locked("PRIVATE-TOKEN", gitlabToken, handle))
	}
	gitlab("GET /api/v4/user", func(w http.ResponseWriter, _ *http.Request) { respond(w, map[string]any{"id": len(botName)}) })
	gitlab("GET "+project+"/merge_requests/7/notes", func(w http.ResponseWriter, _ *http.Request) {
		list := []any{}
		for id, c := range f.comments {
			list = append(list, map[string]any{"id": id + 1, "body": c.body, "author": map[string]any{"id": len(c.author)}})
		}
		respond(w, list)
	})
	gitlab("POST "+project+"/merge_requests/7/notes", f.addComment)
	gitlab("PUT "+project+"/merge_requests/7/notes/{id}", f.editComment)
	gitlab("GET "+project+"/repository/commits/{commit}/merge_requests", func(w http.ResponseWriter, r *http.Request) {
		list := []any{}
		if f.merged[r.PathValue("commit")] != "" {
			f.asked = r.PathValue("commit")
			list = append(list, map[string]any{"iid": f.number, "state": "merged", "target_branch": "main"})
		}
		respond(w, list)
	})
	gitlab("GET "+project+"/merge_requests/{number}", func(w http.ResponseWriter, _ *http.Request) {
		id, _ := f.newest(f.merged[f.asked])
		respond(w, map[string]any{"head_pipeline": map[string]any{"id": id, "status": map[bool]string{true: "success", false: "failed"}[f.runs[id-1].success]}})
	})
	gitlab("GET "+project+"/pipelines/{id}/jobs", func(w http.ResponseWriter, r *http.Request) {
		respond(w, []any{map[string]any{"id": 1000, "name": "other"}, map[string]any{"id": json.Number(r.PathValue("id")), "name": "plan"}})
	})
	gitlab("GET "+project+"/jobs/{run}/artifacts/plan.enc", f.artifact)
	gitlab("GET "+project+"/issues", func(w http.ResponseWriter, _ *http.Request) {
		list := []any{map[string]any{"iid": 900, "description": nil}}
		for number, i := range f.issues {
			if !i.closed {
				list = append(list, map[string]any{"iid": number + 1, "description": i.body})
			}
		}
		respond(w, list)
	})
	gitlab("POST "+project+"/issues", f.addIssue)
	gitlab("PUT "+project+"/issues/{id}", f.editIssue)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// locked lets in who has the token, one after the other.
func (f *forge) locked(header, value string, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(header) != value {
			http.Error(w, "no token", http.StatusUnauthorized)
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		handle(w, r)
	}
}

func respond(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (f *forge) addComment(w http.ResponseWriter, r *http.Request) {
	f.comments = append(f.comments, note{botName, r.FormValue("body")})
	respond(w, map[string]any{"id": len(f.comments)})
}

func (f *forge) editComment(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(f.comments) || f.comments[id-1].author != botName {
		http.Error(w, "not yours", http.StatusForbidden)
		return
	}
	f.comments[id-1].body = r.FormValue("body")
	respond(w, map[string]any{"id": id})
}

func (f *forge) addIssue(w http.ResponseWriter, r *http.Request) {
	f.issues = append(f.issues, issue{title: r.FormValue("title"), body: r.FormValue("body") + r.FormValue("description")})
	respond(w, map[string]any{"number": len(f.issues)})
}

func (f *forge) editIssue(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(f.issues) {
		http.NotFound(w, r)
		return
	}
	i := &f.issues[id-1]
	if body := r.FormValue("body") + r.FormValue("description"); body != "" {
		i.body = body
	}
	i.closed = r.FormValue("state") == "closed" || r.FormValue("state_event") == "close"
	respond(w, map[string]any{"number": id})
}

func (f *forge) artifact(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("run"))
	if err != nil || id < 1 || id > len(f.runs) || f.runs[id-1].artifact == nil {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(f.runs[id-1].artifact)
}

// newest is the number of the last run for a commit.
func (f *forge) newest(head string) (int, bool) {
	for i, r := range slices.Backward(f.runs) {
		if r.head == head {
			return i + 1, true
		}
	}
	return 0, false
}

func (f *forge) start(head string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs = append(f.runs, run{head: head})
	return int64(len(f.runs))
}

func (f *forge) end(id int64, success bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[id-1].success = success
}

func (f *forge) last() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.runs))
}

// keep keeps the artifact of a run.
func (f *forge) keep(id int64, content []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[id-1].artifact = content
}

func (f *forge) merge(commit, head string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.merged[commit] = head
}

func (f *forge) comment(author, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.comments = append(f.comments, note{author, body})
}

func (f *forge) commentsOf(author string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var bodies []string
	for _, c := range f.comments {
		if c.author == author {
			bodies = append(bodies, c.body)
		}
	}
	return bodies
}

func (f *forge) openIssues() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var open []string
	for _, i := range f.issues {
		if !i.closed {
			open = append(open, fmt.Sprintf("%s: %s", i.title, i.body))
		}
	}
	return open
}

// fakeGH is as much of GitHub's program as the workflow uses.
const fakeGH = `set -e
if [ "$1 $2 $4 $5" = "run download --name talonone-plan" ]; then
  exec curl -fsS -H "Authorization: Bearer $GH_TOKEN" -o plan.enc "$FORGE/artifacts/$3"
fi
[ "$1" = api ] || { echo "gh $* is not known here" >&2; exit 2; }
shift
method=GET filter= path= silent=
left=$#
while [ "$left" -gt 0 ]; do
  argument=$1
  shift
  left=$((left - 1))
  case "$argument" in
  --paginate) ;;
  --silent) silent=1 ;;
  --jq) filter=$1; shift; left=$((left - 1)) ;;
  --method) method=$1; shift; left=$((left - 1)) ;;
  -F | -f)
    name=${1%%=*} value=${1#*=}
    shift
    left=$((left - 1))
    case "$value" in
    @*) set -- "$@" --data-urlencode "$name$value" ;;
    *) set -- "$@" --data-urlencode "$name=$value" ;;
    esac
    ;;
  *) path=$argument ;;
  esac
done
response=$(curl -fsS -X "$method" -H "Authorization: Bearer $GH_TOKEN" "$@" "$FORGE/$path")
if [ -n "$filter" ]; then
  printf '%s' "$response" | jq -r "$filter"
elif [ -z "$silent" ]; then
  printf '%s\n' "$response"
fi
`
