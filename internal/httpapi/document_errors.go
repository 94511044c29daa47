package httpapi

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// TransformSchema adds the embedded fields and says which codes come in this form.
func (errorJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	codes := slices.DeleteFunc(allCodes(), func(c any) bool { return c == string(console.CodeValidation) })
	return faultSchema(r, s, codes)
}

// TransformSchema adds the embedded fields and says which code comes in this form.
func (validationErrorJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return faultSchema(r, s, []any{string(console.CodeValidation)})
}

func faultSchema(r huma.Registry, s *huma.Schema, codes []any) *huma.Schema {
	s = embed[faultJSON](r, s)
	s.Properties["code"].Enum = codes
	return s
}

// allCodes are the fifteen of the contract.
func allCodes() []any {
	return []any{
		string(console.CodeValidation), string(console.CodeBadRequest), string(console.CodeAgentLimit),
		string(console.CodeUnauthorized), string(console.CodeKeyMissing), string(console.CodeKeyInvalid),
		string(console.CodeKeyExpired), string(console.CodeInsufficientScope), string(console.CodeForbidden),
		string(console.CodeNotFound), string(console.CodeConflict), string(console.CodeTooManyRequests),
		string(console.CodeRateLimited), string(console.CodeNotImplemented), string(console.CodeInternal),
	}
}
