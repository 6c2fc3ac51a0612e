{{- /* The metadata of an object that a monitoring tool reads: (dict "root" $ "of" its values). */}}
{{- define "groupaccess.monitoring" -}}
name: {{ include "groupaccess.name" .root }}
namespace: {{ .of.namespace | default .root.Release.Namespace }}
{{ include "groupaccess.metadata" (dict "root" .root "labels" .of.labels "annotations" .of.annotations) }}
{{- end }}

{{- /* What a ServiceMonitor and a PodMonitor say alike. */}}
{{- define "groupaccess.selected" -}}
namespaceSelector:
  matchNames: [{{ .Release.Namespace }}]
selector:
  matchLabels: {{- include "groupaccess.selector" . | nindent 4 }}
{{- end }}

{{- /* How both scrape: the values of one of them. */}}
{{- define "groupaccess.endpoint" -}}
- port: http
  path: /metrics
  {{- range $name := list "interval" "scrapeTimeout" "relabelings" "metricRelabelings" }}
  {{- with index $ $name }}
  {{- dict $name . | toYaml | nindent 2 }}
  {{- end }}
  {{- end }}
{{- end }}
