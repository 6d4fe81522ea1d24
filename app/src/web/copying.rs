//! Buttons that copy the text in their `data-copy`, on pages that need nothing else of a script: the browser's half would weigh a
//! hundred times as much. The styles hide them where there is no script.

/// Has the browser copy what a button holds, and the button say that it did.
pub(super) fn script(nonce: &str) -> String {
    format!(
        "<script nonce=\"{nonce}\">document.addEventListener(\"click\",e=>{{const b=e.target.closest(\"[data-copy]\");\
         if(b&&navigator.clipboard)navigator.clipboard.writeText(b.dataset.copy).then(()=>{{b.firstElementChild.textContent=\"Copied\"}},()=>{{}})}})</script>"
    )
}
