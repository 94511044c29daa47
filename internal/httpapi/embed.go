package httpapi

import (
	"maps"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// embed adds the fields of an embedded type to the schema of the type that embeds it. huma does that
// by itself only for exported types, and wire types are private.
func embed[T any](r huma.Registry, s *huma.Schema) *huma.Schema {
	inner := huma.SchemaFromType(r, reflect.TypeFor[T]())
	maps.Copy(s.Properties, inner.Properties)
	s.Required = append(s.Required, inner.Required...)
	return s
}

// TransformSchema adds the embedded fields.
func (createAgent) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[agentFields](r, s)
}

// TransformSchema adds the embedded fields.
func (updateAgent) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[agentFields](r, s)
}

// TransformSchema adds the embedded fields.
func (agentCreatedJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[agentJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (agentDetailJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[agentJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (createWorkflow) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[workflowFields](r, s)
}

// TransformSchema adds the embedded fields.
func (updateWorkflow) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[workflowFields](r, s)
}

// TransformSchema adds the embedded fields.
func (knowledgeJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[knowledgeSummaryJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (integrationJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[integrationSummaryJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (keyCreatedJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[keyJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (messageTo) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[messageIn](r, s)
}

// TransformSchema adds the embedded fields.
func (callDetailJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[callJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (numberDetailJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[numberJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (turnDetailJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[turnJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (conversationDetailJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[conversationJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (teamFrameJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[frameJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (teamDeltaJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[deltaJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (teamStatusJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[statusJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (rowJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[conversationJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (listedConversationJSON) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[conversationJSON](r, s)
}

// TransformSchema adds the embedded fields.
func (createModelConnection) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[modelFields](r, s)
}

// TransformSchema adds the embedded fields.
func (updateModelConnection) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return embed[modelFields](r, s)
}
