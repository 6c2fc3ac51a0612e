{{- define "groupaccess.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end -}}
{{- end }}

{{- define "groupaccess.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "groupaccess.labels" -}}
{{ include "groupaccess.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "groupaccess.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "groupaccess.username" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "groupaccess.name" . }}
{{- end }}

{{- /* Puts a policy in force everywhere: (list $ "its name"). What is refused is in the audit log, too. */}}
{{- define "groupaccess.policyBinding" -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ include "groupaccess.name" (first .) }}-{{ last . }}
  labels: {{- include "groupaccess.labels" (first .) | nindent 4 }}
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
