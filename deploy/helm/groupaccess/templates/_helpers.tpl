{{- /* The name of all objects, and the beginning of it. Short enough for a Service: "…-metrics" has 63 at most. */}}
{{- define "groupaccess.name" -}}
{{- $chart := .Values.nameOverride | default .Chart.Name -}}
{{- $release := contains $chart .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $chart) -}}
{{- .Values.fullnameOverride | default $release | trunc 55 | trimSuffix "-" -}}
{{- end }}

{{- define "groupaccess.selector" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "groupaccess.ownLabels" -}}
{{ include "groupaccess.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* The labels of an object: (dict "root" $ "labels" more). What the chart itself says counts most. */}}
{{- define "groupaccess.labels" -}}
{{- $own := include "groupaccess.ownLabels" .root | fromYaml -}}
{{- mergeOverwrite dict (.root.Values.commonLabels | default dict) (.labels | default dict) $own | toYaml -}}
{{- end }}

{{- /* Labels and annotations: (dict "root" $ "labels" more "annotations" more). */}}
{{- define "groupaccess.metadata" -}}
labels: {{- include "groupaccess.labels" . | nindent 2 }}
{{- with mergeOverwrite dict (.root.Values.commonAnnotations | default dict) (.annotations | default dict) }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* How the replicas spread, if there are some: of what the values do not select, the operator's pods. */}}
{{- define "groupaccess.spread" -}}
{{- $ours := dict "labelSelector" (dict "matchLabels" (include "groupaccess.selector" . | fromYaml)) -}}
{{- $constraints := list -}}
{{- range (gt (int .Values.replicaCount) 1 | ternary .Values.topologySpreadConstraints list) -}}
{{- $constraints = append $constraints (merge (deepCopy .) (hasKey . "labelSelector" | ternary dict $ours)) -}}
{{- end -}}
{{ toYaml $constraints }}
{{- end }}

{{- define "groupaccess.image" -}}
{{- with .Values.global.imageRegistry }}{{ . | trimSuffix "/" }}/{{ end -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- /* The pod's account. Without a name for one that exists, policies would be about "default". */}}
{{- define "groupaccess.account" -}}
{{- with .Values.serviceAccount -}}
{{- if not (or .create .name) }}{{ fail "serviceAccount.create is false: name the account that exists, in serviceAccount.name" }}{{ end -}}
{{ .name | default (include "groupaccess.name" $) }}
{{- end }}
{{- end }}

{{- define "groupaccess.username" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "groupaccess.account" . }}
{{- end }}

{{- /* Gives a role to the operator: (list $ "the role's kind" "the role's name"). */}}
{{- define "groupaccess.boundTo" -}}
{{- $root := first . -}}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ index . 1 }}
  name: {{ index . 2 }}
subjects:
  - kind: ServiceAccount
    name: {{ include "groupaccess.account" $root }}
    namespace: {{ $root.Release.Namespace }}
{{- end }}

{{- /* Puts a policy in force everywhere: (list $ "its name"). What is refused is in the audit log, too. */}}
{{- define "groupaccess.policyBinding" -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ include "groupaccess.name" (first .) }}-{{ last . }}
  {{- include "groupaccess.metadata" (dict "root" (first .)) | nindent 2 }}
spec:
  policyName: {{ include "groupaccess.name" (first .) }}-{{ last . }}
  validationActions: [Deny, Audit]
{{- end }}

{{/* Whom the pod's own token is for, or nothing where no directory asks for it. */}}
{{- define "groupaccess.tokenAudience" -}}
{{- $spec := .Values.directory.enabled | ternary .Values.directory.spec dict -}}
{{- $asked := dig "auth" "serviceAccountToken" dict $spec -}}
{{- .Values.serviceAccountToken.audience | default (empty $asked | ternary "" $spec.issuer) -}}
{{- end }}

{{/* Not empty where the operator may ask for token reviews: as told, else where there is a canary. */}}
{{- define "groupaccess.reviews" -}}
{{- $told := .Values.apiServer.tokenReview -}}
{{- if kindIs "bool" $told }}{{ if $told }}yes{{ end }}
{{- else if and .Values.directory.enabled .Values.directory.spec.canary }}yes{{ end }}
{{- end }}
