package strict

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Answer is what came back for a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Success returns the data of an answer and what is wrong with the answer, when the operation
// should have succeeded.
func (p *Profile) Success(o Operation, a Answer) (any, []string) {
	faults := a.head(o.Status)
	body, err := decode(a.Body)
	envelope, ok := body.(map[string]any)
	if err != nil || !ok {
		return nil, append(faults, fmt.Sprintf("body: %v: %.300s", err, a.Body))
	}
	want := []string{"data", "message"}
	if o.Data == All || o.Data == Page {
		want = append(want, "meta")
		faults = append(faults, checkMeta(o, envelope)...)
	}
	faults = append(faults, sameKeys(envelope, want)...)
	if s, ok := envelope["message"].(string); !ok || s == "" {
		faults = append(faults, fmt.Sprintf("message: %s, want words", show(envelope["message"])))
	}
	data := envelope["data"]
	switch o.Data {
	case One:
		faults = append(faults, p.Check("data", o.Shape, data)...)
	case All, Page:
		faults = append(faults, p.check("data", value{kind: listKind, of: &value{kind: o.Shape}}, data)...)
	case Null:
		if data != nil {
			faults = append(faults, fmt.Sprintf("data: %s, want null", show(data)))
		}
	case Stream, None:
		faults = append(faults, "an answer in one piece was not expected of "+o.Name())
	}
	return data, faults
}

// head checks what every answer has before its body.
func (a Answer) head(status int) []string {
	var faults []string
	if a.Status != status {
		faults = append(faults, fmt.Sprintf("status %d, want %d: %.300s", a.Status, status, a.Body))
	}
	if got := a.Header.Get("Content-Type"); got != "application/json" {
		faults = append(faults, fmt.Sprintf("Content-Type %q", got))
	}
	return append(faults, a.common()...)
}

// common checks the headers of every answer, streams too.
func (a Answer) common() []string {
	var faults []string
	if a.Header.Get("X-Request-Id") == "" {
		faults = append(faults, "X-Request-Id is missing")
	}
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		if got := a.Header.Get(name); !integerForm.MatchString(got) {
			faults = append(faults, fmt.Sprintf("%s %q, want an integer", name, got))
		}
	}
	return faults
}

// sameKeys returns what is missing and what is too much.
func sameKeys(got map[string]any, want []string) []string {
	keys := slices.Sorted(maps.Keys(got))
	slices.Sort(want)
	if slices.Equal(keys, want) {
		return nil
	}
	return []string{fmt.Sprintf("keys %q, want %q", keys, want)}
}

// checkMeta holds a list's meta to the list.
func checkMeta(o Operation, envelope map[string]any) []string {
	meta, ok := envelope["meta"].(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("meta: %s", show(envelope["meta"]))}
	}
	faults := sameKeys(meta, []string{
		"total_count", "page_count", "current_page", "limit", "has_next_page", "has_previous_page",
	})
	n := map[string]int{}
	for _, name := range []string{"total_count", "page_count", "current_page", "limit"} {
		if !isInteger(meta[name]) {
			return append(faults, fmt.Sprintf("meta.%s: %s, want an integer", name, show(meta[name])))
		}
		n[name], _ = strconv.Atoi(string(meta[name].(json.Number))) // it is an integer
	}
	items, _ := envelope["data"].([]any) // no list is a fault of data
	return append(faults, consistent(o, n, meta, len(items))...)
}

func consistent(o Operation, n map[string]int, meta map[string]any, items int) []string {
	var faults []string
	unless := func(ok bool, what string) {
		if !ok {
			faults = append(faults, fmt.Sprintf("meta %s: %s of %d items", show(meta), what, items))
		}
	}
	limit, page, pages := max(n["limit"], 1), n["current_page"], n["page_count"]
	unless(n["limit"] >= 1 && page >= 1, "limit and current_page")
	unless(pages == (n["total_count"]+limit-1)/limit, "page_count")
	unless(meta["has_next_page"] == (page < pages), "has_next_page")
	unless(meta["has_previous_page"] == (page > 1), "has_previous_page")
	here := min(max(n["total_count"]-(page-1)*limit, 0), limit)
	unless(items == here, "total_count")
	if o.Data == All {
		unless(page == 1 && pages <= 1, "one page")
	}
	return faults
}

// statusesOf are those that go with a code of an error; none for what is none of the fifteen.
func statusesOf(code string) []int {
	switch code {
	case "validation_error", "agent_limit_reached":
		return []int{400}
	case "bad_request":
		return []int{400, 405, 413, 415}
	case "unauthorized", "api_key_missing", "api_key_invalid", "api_key_expired":
		return []int{401}
	case "insufficient_scope", "forbidden":
		return []int{403}
	case "not_found":
		return []int{404}
	case "conflict":
		return []int{409}
	case "too_many_requests", "rate_limited":
		return []int{429}
	case "not_implemented":
		return []int{501}
	case "internal_error":
		return []int{500, 503}
	}
	return nil
}

var faultForm = regexp.MustCompile(`^[A-Za-z0-9_$-]+(\.[A-Za-z0-9_$-]+)*: .`)

// Refusal returns what is wrong with an answer that should be an error of a code, and the error's
// reason, which may be empty.
func Refusal(code string, a Answer) (reason string, faults []string) {
	body, err := decode(a.Body)
	envelope, ok := body.(map[string]any)
	if err != nil || !ok {
		return "", []string{fmt.Sprintf("body: %v: %.300s", err, a.Body)}
	}
	if !slices.Contains(statusesOf(code), a.Status) {
		faults = append(faults, fmt.Sprintf("status %d is not that of %s: %.300s", a.Status, code, a.Body))
	}
	faults = append(faults, a.head(a.Status)...)
	want := []string{"message", "error", "code", "statusCode", "request_id"}
	if reason, ok = envelope["reason"].(string); ok && reason != "" {
		want = append(want, "reason")
	}
	faults = append(faults, sameKeys(envelope, want)...)
	for name, want := range map[string]any{
		"code": code, "error": http.StatusText(a.Status), "statusCode": json.Number(strconv.Itoa(a.Status)),
		"request_id": a.Header.Get("X-Request-Id"),
	} {
		if envelope[name] != want {
			faults = append(faults, fmt.Sprintf("%s: %s, want %s", name, show(envelope[name]), show(want)))
		}
	}
	return reason, append(faults, checkMessage(code, envelope["message"])...)
}

// checkMessage: one string, but of validation_error a list of "path: fault".
func checkMessage(code string, got any) []string {
	if code != "validation_error" {
		if s, ok := got.(string); !ok || strings.TrimSpace(s) == "" {
			return []string{fmt.Sprintf("message: %s, want words", show(got))}
		}
		return nil
	}
	all, ok := got.([]any)
	if !ok || len(all) == 0 {
		return []string{fmt.Sprintf("message: %s, want a list of faults", show(got))}
	}
	var faults []string
	for _, one := range all {
		if s, ok := one.(string); !ok || !faultForm.MatchString(s) {
			faults = append(faults, fmt.Sprintf("message: %s, want \"path: fault\"", show(one)))
		}
	}
	return faults
}
