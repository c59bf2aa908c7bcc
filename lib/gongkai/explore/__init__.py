"""Exploring in JupyterLab: what is chosen → figures → linked charts → the printed cells behind a point.

`chosen` and `chart` are plain functions of frames; `panel` puts them behind the widgets of a notebook.
"""
