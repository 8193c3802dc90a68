"""Page Welcome, for an empty workspace: build the sample, or index your own photos."""

import streamlit as st

from dashboard.widgets import progress

st.title("Which of your photos are worth printing?", anchor=False)
st.container(key="headline").markdown(
    "photorank rates photos by directions in the space in which a neural network sees them, and "
    "shows how well such a rating agrees with people."
)

sample, own = st.columns(2, gap="large")
with own:
    st.header("Use your own photos", anchor=False)
    st.markdown("Your photos are only read, never changed, and never leave this computer.")
    st.code("photorank index FOLDER --name mine --encoder embedded", language=None, wrap_lines=True)
    st.markdown(
        "Then reload this page, and say on the page Label which of two photos you like better. "
        "If you have ratings already, import their table:"
    )
    st.code("photorank labels import RATINGS.csv --index mine", language=None, wrap_lines=True)
with sample:
    st.header("Look around", anchor=False)
    st.markdown(
        "The sample is made on this computer from eight photographs that are spoiled on purpose: "
        "blurred, shaken, tilted, too dark. It needs no network and takes a minute or two."
    )
    progress.build_sample_button("Build the sample")
