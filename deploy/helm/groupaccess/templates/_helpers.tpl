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
