"""The main job in a kind cluster, from the image and the chart."""
