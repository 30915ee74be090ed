// SPDX-License-Identifier: Apache-2.0

// Breaks manifests at random and says what an API server with the operator's CRD, and then the operator,
// make of each: break_manifests CRD SEED COUNT <manifests >cases
//
// Manifests come in as one JSON string per line, cases go out as one JSON object per line:
//
//	text      the broken manifest, JSON or YAML, some with keys given twice
//	unknown   the fields that strict validation names as unknown
//	invalid   the fields that the schema or the operator's own types refuse, "" where no field is told
//	refusal   what the operator's validating webhook says, "" if it says nothing or was not asked
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/kubeflow/spark-operator/v2/api/v1beta2"
	"github.com/kubeflow/spark-operator/v2/internal/webhook"
	operatorscheme "github.com/kubeflow/spark-operator/v2/pkg/scheme"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metavalidation "k8s.io/apimachinery/pkg/api/validation"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"
)

type judge struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
	defaulter  *admission.Webhook
	webhook    *webhook.SparkApplicationValidator
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "break_manifests:", err)
		os.Exit(1)
	}
}

func open(path string) judge {
	var crd v1.CustomResourceDefinition
	var internal apiextensions.CustomResourceDefinition
	bytes, err := os.ReadFile(path)
	must(err)
	must(yaml.Unmarshal(bytes, &crd))
	must(v1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&crd, &internal, nil))
	props := internal.Spec.Versions[0].Schema
	if props == nil {
		props = internal.Spec.Validation
	}
	structural, err := schema.NewStructural(props.OpenAPIV3Schema)
	must(err)
	validator, _, err := validation.NewSchemaValidator(props.OpenAPIV3Schema)
	must(err)
	return judge{structural, validator,
		admission.WithCustomDefaulter(operatorscheme.WebhookScheme, &v1beta2.SparkApplication{},
			webhook.NewSparkApplicationDefaulter()),
		webhook.NewSparkApplicationValidator(nil, false)}
}

func fields(list field.ErrorList) []string {
	out := []string{}
	for _, e := range list {
		out = append(out, e.Field)
	}
	sort.Strings(out)
	return out
}

// The object as the operator's defaulting webhook makes it; false if the webhook cannot decode it, which
// tells no field.
func (j judge) mutate(object map[string]interface{}) (map[string]interface{}, bool) {
	raw, err := json.Marshal(object)
	must(err)
	request := admission.Request{}
	request.Operation = "CREATE"
	request.Object.Raw = raw
	response := j.defaulter.Handler.Handle(context.Background(), request)
	if !response.Allowed {
		return nil, false
	}
	if len(response.Patches) > 0 {
		operations, err := json.Marshal(response.Patches)
		must(err)
		patch, err := jsonpatch.DecodePatch(operations)
		must(err)
		raw, err = patch.Apply(raw)
		must(err)
	}
	var out map[string]interface{}
	must(utiljson.Unmarshal(raw, &out))
	return out, true
}

// Names of the fields that strict validation does not know; a malformed metadata is refused at once.
func (j judge) strict(object map[string]interface{}) (unknown []string, ok bool) {
	meta, _, unknown, err := objectmeta.GetObjectMetaWithOptions(object, objectmeta.ObjectMetaOptions{
		ReturnUnknownFieldPaths: true})
	if err != nil || len(metavalidation.ValidateObjectMeta(meta, true, metavalidation.NameIsDNSSubdomain,
		field.NewPath("metadata"))) > 0 {
		return nil, false
	}
	fail, more := objectmeta.CoerceWithOptions(nil, object, j.structural, true,
		objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if fail != nil {
		return nil, false
	}
	unknown = append(unknown, more...)
	return append(unknown, pruning.PruneWithOptions(object, j.structural, true,
		schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})...), true
}

func (j judge) validate(object map[string]interface{}) []string {
	defaulting.PruneNonNullableNullsWithoutDefaults(object, j.structural)
	defaulting.Default(object, j.structural)
	return append(fields(validation.ValidateCustomResource(nil, object, j.validator)),
		fields(listtype.ValidateListSetsAndMaps(nil, j.structural, object))...)
}

// What creating an object would meet: strict validation, the defaulting webhook, the schema, the
// validating webhook. refusal is the text of the last.
func (j judge) judge(object map[string]interface{}) (unknown, invalid []string, refusal string) {
	unknown, ok := j.strict(object)
	if !ok {
		return unknown, []string{"metadata"}, ""
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, j.structural)
	mutated, ok := j.mutate(object)
	if !ok {
		return unknown, append(j.validate(object), ""), ""
	}
	if invalid = j.validate(mutated); len(invalid) > 0 {
		return unknown, invalid, ""
	}
	bytes, err := json.Marshal(mutated)
	must(err)
	var application v1beta2.SparkApplication
	must(json.Unmarshal(bytes, &application))
	if _, err := j.webhook.ValidateCreate(context.Background(), &application); err != nil {
		refusal = err.Error()
	}
	return unknown, invalid, refusal
}

// ---- breaking ----

type breaker struct {
	*rand.Rand
	structural *schema.Structural
}

// A place in an object: a map and one of its keys, and what the schema says of the map.
type place struct {
	parent map[string]interface{}
	key    string
	schema *schema.Structural
}

func (b breaker) places(value interface{}, s *schema.Structural, out []place) []place {
	switch v := value.(type) {
	case map[string]interface{}:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			var below *schema.Structural
			if s != nil {
				if p, ok := s.Properties[key]; ok {
					below = &p
				} else if s.AdditionalProperties != nil {
					below = s.AdditionalProperties.Structural
				}
			}
			if s == b.structural && (key == "apiVersion" || key == "kind" || key == "metadata") {
				continue
			}
			out = append(out, place{v, key, s})
			out = b.places(v[key], below, out)
		}
	case []interface{}:
		for _, item := range v {
			var below *schema.Structural
			if s != nil {
				below = s.Items
			}
			out = b.places(item, below, out)
		}
	}
	return out
}

func (b breaker) misspell(key string) string {
	if key == "" {
		return "x"
	}
	i := b.Intn(len(key))
	switch b.Intn(5) {
	case 0:
		return key[:i] + key[i+1:] + "x"
	case 1:
		return key[:i] + string(key[i]) + key[i:]
	case 2:
		return strings.ToUpper(key[:1]) + key[1:] + "s"
	case 3:
		return key + "s"
	}
	return key[:i] + "z" + key[i:]
}

func (b breaker) value() interface{} {
	values := []interface{}{"text", "", "5", "1Gi", "0.5", "1.5e3M", "true", "0644", int64(5), int64(0), int64(-1),
		int64(5000000000), 1.5, 2.0, true, false, nil, []interface{}{}, []interface{}{"a"}, []interface{}{int64(1)},
		[]interface{}{map[string]interface{}{}}, map[string]interface{}{}, map[string]interface{}{"name": "a"},
		map[string]interface{}{"a": int64(1)}, "2e2m", "-1", "100m", "1e400"}
	return values[b.Intn(len(values))]
}

func (b breaker) once(object map[string]interface{}) {
	all := b.places(object, b.structural, nil)
	at := all[b.Intn(len(all))]
	switch b.Intn(6) {
	case 0, 1:
		value := at.parent[at.key]
		delete(at.parent, at.key)
		at.parent[b.misspell(at.key)] = value
	case 2:
		at.parent[b.misspell(at.key)] = b.value()
	case 3:
		from := all[b.Intn(len(all))]
		at.parent[at.key] = deepCopy(from.parent[from.key])
	case 4, 5:
		at.parent[at.key] = b.value()
	}
}

func deepCopy(value interface{}) interface{} {
	var out interface{}
	bytes, err := json.Marshal(value)
	must(err)
	must(utiljson.Unmarshal(bytes, &out))
	return out
}

// JSON in which some keys were written before with another value; the last one counts.
func (b breaker) write(out *bytes.Buffer, value interface{}) {
	switch v := value.(type) {
	case map[string]interface{}:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		out.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				out.WriteByte(',')
			}
			if b.Intn(40) == 0 {
				out.WriteString(strconv.Quote(key) + ":" + strconv.Itoa(b.Intn(9)) + ",")
			}
			quoted, _ := json.Marshal(key)
			out.Write(quoted)
			out.WriteByte(':')
			b.write(out, v[key])
		}
		out.WriteByte('}')
	case []interface{}:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			b.write(out, item)
		}
		out.WriteByte(']')
	default:
		scalar, err := json.Marshal(v)
		must(err)
		out.Write(scalar)
	}
}

// YAML in which some values are aliases of equal ones before them, and some keys come by a merge.
func (b breaker) reuse(text string) string {
	scalar := regexp.MustCompile(`^( *(?:- )?)([A-Za-z]+): ([A-Za-z0-9.:/-]+)$`)
	lines := strings.Split(text, "\n")
	anchors := map[string]string{}
	for i, line := range lines {
		parts := scalar.FindStringSubmatch(line)
		if parts == nil || b.Intn(4) > 0 {
			continue
		}
		name, known := anchors[parts[3]]
		if known {
			lines[i] = parts[1] + parts[2] + ": *" + name
		} else if b.Intn(3) == 0 {
			lines[i] = parts[1] + "<<: {" + parts[2] + ": " + parts[3] + "}"
		} else {
			name = fmt.Sprintf("a%d", len(anchors))
			anchors[parts[3]] = name
			lines[i] = parts[1] + parts[2] + ": &" + name + " " + parts[3]
		}
	}
	reused := strings.Join(lines, "\n")
	if _, err := yaml.YAMLToJSON([]byte(reused)); err != nil { // an anchor in a text is none
		return text
	}
	return reused
}

func (b breaker) text(object map[string]interface{}) string {
	var out bytes.Buffer
	switch b.Intn(3) {
	case 0:
		text, err := yaml.Marshal(object)
		must(err)
		return b.reuse(string(text))
	case 1:
		b.write(&out, object)
		return out.String()
	}
	text, err := json.Marshal(object)
	must(err)
	return string(text)
}

func read(text string) map[string]interface{} {
	var object map[string]interface{}
	if utiljson.Unmarshal([]byte(text), &object) == nil {
		return object
	}
	bytes, err := yaml.YAMLToJSON([]byte(text))
	must(err)
	must(utiljson.Unmarshal(bytes, &object))
	return object
}

func main() {
	j := open(os.Args[1])
	seed, err := strconv.ParseInt(os.Args[2], 10, 64)
	must(err)
	count, err := strconv.Atoi(os.Args[3])
	must(err)
	b := breaker{rand.New(rand.NewSource(seed)), j.structural}
	whole := []string{}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<22)
	for in.Scan() {
		var text string
		must(json.Unmarshal(in.Bytes(), &text))
		object := read(text)
		delete(object, "status") // nobody reads it
		if unknown, invalid, refusal := j.judge(deepCopy(object).(map[string]interface{})); len(unknown)+len(invalid) == 0 && refusal == "" {
			text, _ := json.Marshal(object)
			whole = append(whole, string(text))
		}
	}
	out := json.NewEncoder(os.Stdout)
	for i := 0; i < count; i++ {
		object := read(whole[b.Intn(len(whole))])
		for n := b.Intn(3); n >= 0; n-- {
			b.once(object)
		}
		text := b.text(object)
		unknown, invalid, refusal := j.judge(read(text))
		must(out.Encode(map[string]interface{}{"id": fmt.Sprintf("%d-%d", seed, i), "text": text,
			"unknown": append([]string{}, unknown...), "invalid": append([]string{}, invalid...), "refusal": refusal}))
	}
}
